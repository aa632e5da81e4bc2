import cv2
import numpy as np
import pytest

from digits.errors import BlankDrawing
from digits.inference.detector import Detector
from digits.inference.numbers.segmentation import separate
from digits.inference.prediction import predict_number
from digits.inference.preprocessing import FAINT
from digits.inference.recognizer import Recognizer
from digits.inference.strokes import Stroke, paint
from digits.runs import starter

SIZE = 384, 384
HALF = np.linspace(-np.pi / 2, np.pi / 2, 20)
# Digits of our own in a box from (0, 0) to about (60, 100), as strokes.
DIGITS = {
    0: [[(30 + 28 * np.cos(angle), 50 + 50 * np.sin(angle)) for angle in np.linspace(-1.5, 4.9, 40)]],
    1: [[(10, 0), (8, 50), (5, 100)]],
    2: [[(2, 22), (12, 4), (35, 0), (52, 14), (50, 35), (25, 65), (0, 97), (30, 96), (60, 98)]],
    3: [[(5, 8), (30, 0), (50, 12), (48, 32), (22, 46), (50, 56), (55, 78), (35, 97), (3, 92)]],
    4: [[(22, 0), (0, 58), (58, 60)], [(42, 30), (40, 100)]],
    5: [[(10, 4), (6, 45), (32, 40), (54, 58), (48, 84), (26, 98), (0, 92)], [(10, 4), (56, 2)]],
    7: [[(0, 3), (55, 2), (35, 45), (20, 100)]],
    8: [[(46, 14), (28, 0), (8, 14), (20, 40), (46, 62), (52, 84), (28, 99), (6, 84), (14, 62), (42, 34), (46, 14)]],
}


@pytest.fixture(scope="module")
def models():
    return Recognizer.load(starter.FOLDER / "model.tflite"), Detector.bundled()


def placed(digit, left, top=140.0, zoom=1.0, width=10):
    return [Stroke(np.array(line, float) * zoom + (left, top), width) for line in DIGITS[digit]]


def stroke(*points, width=10.0):
    return Stroke(np.array(points, float), width)


def assert_same_ink(found, drawn):
    """But for the faintest rim, which counts as paper."""
    np.testing.assert_array_equal(found > FAINT, drawn > FAINT)


@pytest.fixture
def both(models):
    """both(strokes): how many digits there are where the strokes are known, and in a picture of them."""

    def both(strokes, **options):
        ink = paint(strokes, SIZE)
        return len(separate(ink, *models, strokes, **options)), len(separate(ink, *models, **options))

    return both


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("width", [8, 24])
def test_a_digit_is_one_part_with_all_its_ink(models, digit, width):
    strokes = placed(digit, 100, 80, zoom=2, width=width)
    ink = paint(strokes, SIZE)
    for known in strokes, []:
        [part] = separate(ink, *models, known)
        assert_same_ink(part.on_paper(ink.shape), ink)


@pytest.mark.parametrize("gap", [6, 12, 20, 40])
@pytest.mark.parametrize("number", [(2, 0), (1, 1), (4, 7), (7, 1, 4), (5, 3, 2), (2, 4, 8)])
def test_digits_beside_each_other_are_a_number_whose_parts_come_from_left_to_right(models, number, gap):
    strokes, left = [], 20.0
    for digit in number:
        added = placed(digit, left)
        strokes += added
        left = max(line.points[:, 0].max() for line in added) + gap + 10
    ink = paint(strokes, SIZE)
    for known in strokes, strokes[::-1], []:  # the order of drawing does not matter
        parts = separate(ink, *models, known)
        assert len(parts) == len(number)
        assert [part.left for part in parts] == sorted(part.left for part in parts)
        together = np.max([part.on_paper(ink.shape) for part in parts], axis=0)
        assert_same_ink(together, ink)


def test_a_four_in_two_lines_that_are_apart_is_one_digit(both):
    hook, stem = [(0, 0), (0, 55), (40, 58)], [(64, 0), (64, 100)]
    four = [stroke(*(np.array(line) * 2 + (120, 90)), width=14) for line in (hook, stem)]
    assert both(four) == (1, 1)


def test_a_five_with_its_roof_apart_is_one_digit(both):
    body, roof = placed(5, 120, 100, zoom=2, width=12)
    five = [body, Stroke(roof.points + (14, -22), 12)]
    assert both(five) == (1, 1)
    assert both([*placed(3, 10, 100, zoom=1.6, width=12), *five]) == (2, 2)


def test_a_zero_in_two_halves_is_one_digit_unless_the_user_says_that_it_is_a_number(both):
    x, y = 55 * np.cos(HALF), 190 + 90 * np.sin(HALF)
    halves = [stroke(*zip(186 - x, y, strict=True), width=8), stroke(*zip(200 + x, y, strict=True), width=8)]
    assert both(halves) == (1, 1)
    assert both(halves, is_number=True) == (2, 2)


@pytest.mark.parametrize("place", [(40, 60), (330, 330), (190, 30), (330, 180)])
def test_a_stray_dot_is_left_out(models, place):
    seven = placed(7, 150, 120, zoom=1.5)
    ink = paint([*seven, stroke(place, width=12)], SIZE)
    for known in [*seven, stroke(place, width=12)], []:
        [part] = separate(ink, *models, known)
        assert_same_ink(part.on_paper(ink.shape), paint(seven, SIZE))


def test_a_point_a_comma_and_a_minus_are_not_digits(both):
    comma = stroke((100, 236), (101, 244), (96, 256), width=9)
    assert both([*placed(3, 30), comma, *placed(1, 125), *placed(4, 160)]) == (3, 3)
    point = stroke((100, 240), width=11)
    assert both([*placed(3, 30), point, *placed(1, 125), *placed(4, 160)]) == (3, 3)
    minus = stroke((30, 190), (70, 190))
    assert both([minus, *placed(7, 95)]) == (1, 1)


def test_a_box_that_reaches_under_its_neighbour_keeps_the_neighbours_ink_out(models):
    two = [stroke((30, 165), (45, 145), (70, 150), (70, 175), (35, 236), (70, 238), (125, 238))]
    strokes = [*two, *placed(3, 110, 105)]
    left, right = separate(paint(strokes, SIZE), *models, strokes)
    assert left.right > right.left
    assert_same_ink(left.on_paper(SIZE), paint(two, SIZE))


def test_strokes_tell_digits_that_touch_apart(models):
    strokes = [*placed(2, 100), *placed(3, 158)]
    ink = paint(strokes, SIZE)
    assert cv2.connectedComponents((ink > FAINT).view(np.uint8))[0] == 2  # the paper, and all ink in one piece
    left, right = separate(ink, *models, strokes)
    assert_same_ink(left.on_paper(ink.shape), paint(strokes[:1], SIZE))
    assert_same_ink(right.on_paper(ink.shape), paint(strokes[1:], SIZE))


def test_digits_that_touch_in_a_picture_are_cut_where_they_touch(models):
    ink = paint([*placed(2, 100), *placed(3, 158)], SIZE)
    left, right = separate(ink, *models)
    assert left.right == right.left == pytest.approx(160, abs=8)


@pytest.mark.parametrize("number", ["00", "000", "805", "0083", "2353", "5328"])
def test_no_digit_is_lost_in_a_number_whose_digits_all_touch(models, number):
    strokes, left = [], 10.0
    for digit in number:
        first = min(line.points[:, 0].min() for line in placed(int(digit), 0, zoom=0.9))
        strokes += placed(int(digit), left - first, zoom=0.9, width=9)
        left = max(line.points[:, 0].max() for line in strokes) + 1
    ink = paint(strokes, SIZE)
    assert cv2.connectedComponents((ink > FAINT).view(np.uint8))[0] == 2
    parts = separate(ink, *models)
    assert predict_number(parts, *models).text == number
    assert all(part.is_cut for part in parts)


def test_what_cannot_be_cut_is_admitted(models):
    [wide] = separate(paint([stroke((60, 150), (60, 250), (300, 200), (300, 150), (300, 250))], SIZE), *models)
    [tall] = separate(paint(placed(1, 100), SIZE), *models)
    assert wide.may_touch and not tall.may_touch


def test_what_was_rubbed_out_belongs_to_no_digit(models):
    strokes = [*placed(1, 100), *placed(7, 160)]
    ink = paint(strokes, SIZE)
    ink[:, :140] = 0
    [part] = separate(ink, *models, strokes)
    assert_same_ink(part.on_paper(ink.shape), ink)


def test_a_line_that_was_rubbed_out_in_its_middle_is_two_ones_where_the_ends_stand_beside_each_other(models):
    arch = [stroke((100, 250), (100, 120), (110, 90), (190, 90), (200, 120), (200, 250))]
    ink = paint(arch, SIZE)
    ink[:115] = 0
    assert len(separate(ink, *models, arch)) == len(separate(ink, *models)) == 2


def test_a_scribble_in_several_strokes_is_one_drawing_that_is_not_a_digit(both):
    zigzags = [
        stroke(*((left + 12 * turn, 110 if turn % 2 else 270) for turn in range(8)), width=6) for left in (30, 140, 250)
    ]
    assert both(zigzags) == (1, 1)


def test_a_blank_drawing_is_refused(models):
    outside = [stroke((-90, -90), (-80, -90))]
    for strokes in ([], outside):
        with pytest.raises(BlankDrawing):
            separate(paint(strokes, SIZE), *models, strokes)


def test_a_page_full_of_lines_has_a_part_for_each(both):
    assert both([stroke((x, 100), (x, 140), width=4) for x in range(10, 380, 20)]) == (19, 19)
