import json

import numpy as np
import pytest

from digits.errors import DamagedFile
from digits.evaluation.folder import folder
from digits.inference.detector import Detector
from digits.runs import runs
from digits.starter.detector.making import judge
from digits.storage.records import read_json
from tests.benchmarks.pens import WAYS, Way, paint, read_pen_digits
from tests.conftest import digits

ONE = [np.array([[0.1, -0.5], [-0.1, 0.5]], np.float32)]
SEVEN = [np.array([[-0.3, -0.5], [0.3, -0.5], [0.0, 0.5]], np.float32)]
FOUR = [np.array([[-0.1, -0.5], [-0.4, 0.1], [0.4, 0.1]], np.float32), np.array([[0.2, -0.3], [0.2, 0.5]], np.float32)]


@pytest.fixture
def pen_file(tmp_path):
    """Six digits in the format of the pen file."""
    drawn = [ONE, SEVEN, FOUR] * 2
    strokes = [stroke for digit in drawn for stroke in digit]
    np.savez(
        tmp_path / "pens.npz",
        points=np.concatenate(strokes),
        stroke_ends=np.cumsum([len(stroke) for stroke in strokes]),
        digit_ends=np.cumsum([len(digit) for digit in drawn]),
        labels=np.array([1, 7, 4] * 2, np.uint8),
    )
    return tmp_path / "pens.npz"


def test_strokes_come_back_as_they_were_saved(pen_file):
    drawn, labels = read_pen_digits(pen_file)
    assert labels.tolist() == [1, 7, 4, 1, 7, 4]
    assert [len(digit) for digit in drawn] == [1, 1, 2, 1, 1, 2]
    np.testing.assert_array_equal(drawn[5][1], FOUR[1])


@pytest.mark.parametrize("name", WAYS)
def test_every_way_stays_on_the_canvas(name):
    ink = paint(SEVEN, WAYS[name])
    assert ink.shape == (384, 384) and ink.max() == 255
    assert not ink[[0, -1]].any() and not ink[:, [0, -1]].any()


def test_a_way_has_the_size_and_the_brush_it_says():
    ys = np.flatnonzero(paint(ONE, Way(side=200, width=20)).any(axis=1))
    assert np.ptp(ys) + 1 == pytest.approx(220, abs=4)


def test_the_starter_reads_plain_digits_in_every_way(pen_file, digits_home):
    result = json.loads(digits("pen", "--file", pen_file, "--json", home=digits_home).stdout)
    assert [row["way"] for row in result["ways"]] == list(WAYS)
    assert (result["run"], result["n"], result["mean"], result["worst"]) == ("starter", 6, 1.0, 1.0)
    assert result["refused"] == 0 and all(row["refused"] == 0 for row in result["ways"])
    assert result["non_digits"] == []
    kept = folder(runs.find("starter"), "pens") / "pens.json"  # for the score card
    assert read_json(kept) == result and kept.is_relative_to(digits_home)


def test_what_is_no_digit_is_counted_by_kind(monkeypatch):
    monkeypatch.setattr(judge, "EACH", 20)
    monkeypatch.setattr(judge, "FONTS", judge.FONTS[:1])
    rows = {row["kind"]: row for row in judge.wrong_acceptances(Detector.bundled())}
    assert {kind for kind, row in rows.items() if not row["learned"]} == {"doodle", "printed letter", "printed sign"}
    assert rows["dash"]["n"] == 20 and rows["dash"]["accepted"] <= 0.2


def test_a_file_that_is_none_is_said_in_a_sentence(tmp_path):
    (tmp_path / "pens.npz").write_bytes(b"PK nothing")
    with pytest.raises(DamagedFile, match="no file of pen digits"):
        read_pen_digits(tmp_path / "pens.npz")
