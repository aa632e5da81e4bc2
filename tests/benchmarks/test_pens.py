import json

import numpy as np
import pytest

from digits.errors import DamagedFile
from digits.inference.detector import Detector
from digits.inference.recognizer import Recognizer
from digits.runs import starter
from tests.benchmarks import non_digits
from tests.benchmarks.__main__ import main
from tests.benchmarks.pens import witnesses
from tests.benchmarks.pens.styles import STYLES, Style, paint, read_pen_digits

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


@pytest.mark.parametrize("name", STYLES)
def test_every_style_stays_on_the_canvas(name):
    ink = paint(SEVEN, STYLES[name])
    assert ink.shape == (384, 384) and ink.max() == 255
    assert not ink[[0, -1]].any() and not ink[:, [0, -1]].any()


def test_a_style_has_the_size_and_the_brush_it_says():
    ys = np.flatnonzero(paint(ONE, Style(side=200, width=20)).any(axis=1))
    assert np.ptp(ys) + 1 == pytest.approx(220, abs=4)


def test_the_starter_reads_plain_digits_in_every_style(pen_file, digits_home, tmp_path, capsys):
    stored = tmp_path / "pens.json"
    assert main(["pens", "--file", str(pen_file), "--run", "starter", "--json", "--store", str(stored)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [row["style"] for row in result["styles"]] == list(STYLES)
    assert (result["run"], result["n"], result["mean"], result["worst"]) == ("starter", 6, 1.0, 1.0)
    assert result["refused"] == 0 and all(row["refused"] == 0 for row in result["styles"])
    assert result["non_digits"] == []
    assert json.loads(stored.read_text()) == result and not list(digits_home.iterdir())
    assert result["sha256"] == starter.run().model.sha256


def test_the_path_stands_beside_the_picture_on_request(pen_file, digits_home, capsys):
    assert main(["pens", "--file", str(pen_file), "--run", "starter", "--json", "--path", "bundled"]) == 0
    found = json.loads(capsys.readouterr().out)["path"]
    assert [row["style"] for row in found["styles"]] == list(STYLES)
    assert all(row["together"] == row["path"] == row["agree"] == 1 for row in found["styles"])
    assert [row["order"] for row in found["orders"]] == list(witnesses.ORDERS)
    assert found["orders"][0]["together"] == found["weights"][0]["mean"] == 1
    assert any("| together |" in line for line in witnesses.lines(found))


def test_errors_are_counted_by_what_was_predicted(pen_file, digits_home, monkeypatch, capsys):
    """A network that takes everything for a seven."""
    seven = np.eye(10)[7]
    monkeypatch.setattr(Recognizer, "probabilities", lambda self, pictures: np.tile(seven, (len(pictures), 1)))
    assert main(["pens", "--file", str(pen_file)]) == 0
    assert "| **mean** | **33.33%** |" in (text := capsys.readouterr().out)
    assert "| thick | 33.33% | 0.00% | 1 as 7: 2, 4 as 7: 2 |" in text


def test_the_file_may_be_named_by_a_variable_and_has_no_other_default(pen_file, digits_home, monkeypatch, capsys):
    monkeypatch.delenv("DIGITS_PENS", raising=False)
    assert main(["pens"]) == 1
    assert "--file or the variable DIGITS_PENS" in capsys.readouterr().err
    monkeypatch.setenv("DIGITS_PENS", str(pen_file.with_name("absent.npz")))
    assert main(["pens"]) == 1
    assert "absent.npz is no file of pen digits" in capsys.readouterr().err


def test_other_drawings_are_counted_by_kind(monkeypatch, capsys):
    monkeypatch.setattr(non_digits, "EACH", 20)
    monkeypatch.setattr(non_digits, "FONTS", non_digits.FONTS[:1])
    rows = {row["kind"]: row for row in non_digits.by_kind(Detector.bundled())}
    assert {kind for kind, row in rows.items() if not row["learned"]} == {"doodle", "printed letter", "printed sign"}
    assert rows["dash"]["n"] == 20 and rows["dash"]["accepted"] <= 0.2
    assert main(["detector"]) == 0
    assert f"| dash | yes | {rows['dash']['accepted']:.1%} |" in capsys.readouterr().out


def test_a_file_that_is_none_is_said_in_a_sentence(tmp_path):
    (tmp_path / "pens.npz").write_bytes(b"PK nothing")
    with pytest.raises(DamagedFile, match="no file of pen digits"):
        read_pen_digits(tmp_path / "pens.npz")
