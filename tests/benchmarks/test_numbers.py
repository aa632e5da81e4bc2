import json

import numpy as np
import pytest

from tests.benchmarks import numbers
from tests.benchmarks.__main__ import main
from tests.benchmarks.numbers import beside_each_other, rate
from tests.benchmarks.test_pens import FOUR, ONE, SEVEN


@pytest.fixture
def pen_file(tmp_path):
    """Digits of four writers, each a one, a seven and two fours."""
    drawn = [ONE, SEVEN, FOUR, FOUR] * 4
    strokes = [stroke for digit in drawn for stroke in digit]
    arrays = {
        "points": np.concatenate(strokes),
        "stroke_ends": np.cumsum([len(stroke) for stroke in strokes]),
        "digit_ends": np.cumsum([len(digit) for digit in drawn]),
        "labels": np.array([1, 7, 4, 4] * 4, np.uint8),
    }
    np.savez(tmp_path / "pens.npz", writers=np.repeat(["a", "b", "c", "d"], 4), **arrays)
    np.savez(tmp_path / "anonymous.npz", **arrays)
    return tmp_path / "pens.npz"


def test_both_rates_are_measured_on_half_of_the_writers(pen_file, digits_home, monkeypatch, capsys):
    monkeypatch.setattr(numbers, "NUM_DIGITS", (2,))
    assert main(["numbers", "--file", str(pen_file), "--each", "5", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [(row["num_strokes"], row["n"]) for row in result["singles"]] == [("1", 12), ("2 or 3", 12)]
    assert all(row[way]["torn"] == 0 for row in result["singles"] for way in ("strokes", "ink"))
    assert [(row["num_digits"], row["gap"], row["n"]) for row in result["numbers"]] == [
        (2, gap, 5) for gap in (0.05, 0.1, 0.2, 0.4)
    ]
    assert all(row[way]["one"] + row[way]["exact"] <= 5 for row in result["numbers"] for way in ("strokes", "ink"))
    assert sum(row[way]["exact"] for row in result["numbers"] for way in ("strokes", "ink")) >= 38


def test_the_rates_are_tables_with_intervals(pen_file, digits_home, monkeypatch, capsys):
    monkeypatch.setattr(numbers, "NUM_DIGITS", (2,))
    monkeypatch.setattr(numbers, "separate", lambda ink, *others: [ink])  # everything is one digit
    assert main(["numbers", "--file", str(pen_file), "--each", "5", "--development"]) == 0
    text = capsys.readouterr().out
    assert f"| 1 | 12 | {rate(0, 12)} | {rate(0, 12)} |" in text
    assert f"| all | 40% | 5 | {rate(5, 5)} | {rate(5, 5)} | {rate(0, 5)} | {rate(0, 5)} |" in text


def test_digits_are_as_far_apart_as_asked_and_stay_on_the_canvas(monkeypatch):
    monkeypatch.setattr(numbers, "SIZES", (1, 1))
    strokes = beside_each_other([ONE, SEVEN], 0.2, 0.1, np.random.default_rng(0))
    one, seven = (stroke.points for stroke in strokes)
    height = np.ptp(seven[:, 1])
    ink_between = seven[:, 0].min() - one[:, 0].max() - strokes[0].width
    assert ink_between / height == pytest.approx(0.2) and strokes[0].width / height == pytest.approx(0.1)
    everything = np.concatenate([one, seven])
    assert everything.min() > 0 and everything.max() < 384


def test_a_file_without_writers_is_refused_in_a_sentence(pen_file, digits_home, capsys):
    assert main(["numbers", "--file", str(pen_file.with_name("anonymous.npz"))]) == 1
    assert "does not say who drew each digit" in capsys.readouterr().err
