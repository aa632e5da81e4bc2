"""Rows of digits are read from top to bottom, and each digit has its place."""

import cv2
import numpy as np
import pytest

from digits.errors import BlankDrawing, UnreadablePicture
from digits.inference.detector import Detector
from digits.inference.numbers import rows as rows_module
from digits.inference.numbers.rows import read_rows
from digits.inference.pictures.decoding import decode
from digits.runs import models, starter
from tests.inference.photos import COMMA, FOUR, ONE, SEVEN, photo, written

HALF = [(0.5 * np.cos(angle), 0.5 + 0.5 * np.sin(angle)) for angle in np.linspace(-np.pi / 2, np.pi / 2, 20)]
FIVE = [(0.15, 0.05), (0.1, 0.45), (0.5, 0.4), (0.8, 0.58), (0.7, 0.84), (0.4, 0.98), (0, 0.92)]
DIGITS = {
    "7": SEVEN, "4": FOUR, "1": ONE, ",": COMMA,
    "roof apart": [FIVE, [(0.26, -0.13), (0.92, -0.15)]],
    "two halves": [[(0.55 - x, y) for x, y in HALF], [(0.77 + x, y) for x, y in HALF]],
    "-": [[(0.2, 0.55), (0.75, 0.55)]], ".": [[(0.5, 0.95), (0.51, 0.96)]],
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    """rows(picture) -> what is read, a Row each."""
    recognizer, detector = models.recognizer(starter.run()), Detector.bundled()

    def read(picture):
        return read_rows(decode(cv2.imencode(".png", picture[..., ::-1])[1].tobytes(), 2048), recognizer, detector).rows

    return read


def sheet(lines, step=80, height=60, fall=0):
    """A photograph of rows of digits. fall: px that a row falls at each digit."""
    size = 60 + len(lines) * 100 + 200, 60 + step * max(map(len, lines))
    digits = [
        (DIGITS[digit], 30 + place * step, 40 + line * 100 + place * fall, height)
        for line, row in enumerate(lines)
        for place, digit in enumerate(row)
    ]
    return photo(written(size, digits))


@pytest.mark.parametrize("fall", [0, 8])
def test_rows_are_read_one_below_the_other(rows, fall):
    lines = ["714", "4471", "17"]
    assert [row.text for row in rows(sheet(lines, fall=fall))] == lines


def test_any_number_of_digits_is_read(rows):
    assert [row.text for row in rows(sheet(["74177414741747"], step=60))] == ["74177414741747"]


def test_a_comma_is_no_digit(rows):
    [row] = rows(sheet(["7,14"]))
    assert row.text == "7,14"
    assert [prediction.digit for prediction in row.number.predictions] == [7, 1, 4]


@pytest.mark.parametrize("noise", [0, 4])
@pytest.mark.parametrize("height", [60, 75])
@pytest.mark.parametrize("mark", [",", ".", "-"])
def test_a_mark_between_digits_is_no_digit_and_belongs_to_none(rows, mark, height, noise):
    picture = sheet(["7" + mark + "14"], step=75, height=height)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.5) if noise else np.where(picture > 150, 255, 0).astype(np.uint8)
    [row] = rows(picture)
    assert row.text == ("7,14" if mark == "," else "714") and len(row.marks) == 1
    seven = row.boxes[0]
    assert seven[0] + seven[2] < 30 + 75


def test_a_five_with_its_roof_apart_and_a_zero_in_two_halves_are_one_digit_each(rows):
    roof, halves = "roof apart", "two halves"
    lines = [[roof], [halves], ["1", roof, "4"], [halves, "7"], ["4", halves]]
    assert [row.text for row in rows(sheet(lines, step=100))] == ["5", "0", "154", "07", "40"]


def test_digits_that_touch_are_parted_and_that_is_admitted(rows):
    [row] = rows(sheet(["77"], step=35))
    assert row.text == "77" and all(part.may_touch for part in row.number.parts)
    [row] = rows(sheet(["77"]))
    assert row.text == "77" and not any(part.may_touch for part in row.number.parts)


def test_a_dot_and_a_minus_are_no_digits(rows):
    picture = sheet(["714"])
    cv2.circle(picture, (105, 98), 4, (60, 60, 70), -1)
    cv2.line(picture, (4, 72), (22, 72), (60, 60, 70), 5)
    assert [row.text for row in rows(picture)] == ["714"]


def test_boxes_around_digits_are_left_out(rows):
    picture = sheet(["7144"])
    for place in range(4):
        cv2.rectangle(picture, (20 + 80 * place, 25), (92 + 80 * place, 118), (90, 90, 90), 2)
    assert [row.text for row in rows(picture)] == ["7144"]


def test_each_box_lies_around_its_digit_in_px_of_the_picture_as_it_was_taken(rows):
    large = cv2.resize(sheet(["74", "17"]), None, fx=12, fy=12)  # it is shrunk before it is read
    assert max(large.shape) > 2048
    boxes = [box for row in rows(large) for box in row.boxes]
    for (left, top, width, height), (x, y) in zip(boxes, [(30, 40), (110, 40), (30, 140), (110, 140)], strict=True):
        assert abs(left / 12 - x) < 12 and abs(top / 12 - y) < 8
        assert 20 < width / 12 < 60 and 50 < height / 12 < 80


def test_a_picture_of_more_marks_than_can_be_read_is_refused_in_a_sentence(rows, monkeypatch):
    monkeypatch.setattr(rows_module, "MAX_DIGITS", 5)
    assert [row.text for row in rows(sheet(["71", "417"]))] == ["71", "417"]
    with pytest.raises(UnreadablePicture, match="shows 6 marks; we read at most 5 digits. Crop it"):
        rows(sheet(["714", "417"]))


def test_an_empty_sheet_has_no_digits(rows):
    with pytest.raises(BlankDrawing):
        rows(photo(np.zeros((400, 400), np.float32)))
