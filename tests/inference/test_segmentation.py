import cv2
import numpy as np
import pytest

from digits.errors import BlankDrawing
from digits.inference.segmentation import MAX_DIGITS, separate, separate_strokes
from digits.inference.strokes import Stroke


def paper(*lines, width=10):
    ink = np.zeros((384, 384), np.uint8)
    for start, end in lines:
        cv2.line(ink, start, end, 255, width, cv2.LINE_AA)
    return ink


def test_digits_come_from_left_to_right_each_with_its_own_ink():
    ink = paper(((300, 100), (300, 200)), ((60, 120), (60, 260)), ((180, 80), (180, 160)))
    parts = separate(ink)
    assert [part.left for part in parts] == sorted(part.left for part in parts) and len(parts) == 3
    together = np.zeros_like(ink)
    for part in parts:
        height, width = part.ink.shape
        together[part.top : part.top + height, part.left : part.left + width] += part.ink
    assert np.abs(together.astype(int) - ink).max() <= 16  # but for the faintest rim


def test_pieces_above_each_other_are_one_digit():
    roof, body = ((100, 80), (180, 80)), ((100, 110), (170, 220))
    assert len(separate(paper(roof, body))) == 1
    assert len(separate(paper(roof, ((260, 110), (330, 220))))) == 2


def test_a_box_that_reaches_under_its_neighbour_keeps_the_neighbours_ink_out():
    long_foot, neighbour = ((50, 250), (150, 250)), ((145, 100), (215, 180))
    left, right = separate(paper(((50, 100), (50, 250)), long_foot, neighbour))
    assert right.left > 120 and left.ink.shape[1] > 100
    assert left.ink[:100, 80:].max(initial=0) == 0  # the neighbour stands in the left one's box


def test_a_slip_of_the_pen_is_not_a_digit():
    ink = paper(((100, 80), (100, 300)), width=24)
    ink[200:204, 250:254] = 255
    assert len(separate(ink)) == 1


def test_a_wide_piece_may_be_two_digits_that_touch():
    (wide,) = separate(paper(((60, 200), (300, 200)), ((60, 150), (60, 250)), ((300, 150), (300, 250))))
    (tall,) = separate(paper(((100, 80), (120, 300))))
    assert wide.may_touch and not tall.may_touch


def test_a_blank_drawing_is_refused_and_a_page_full_of_dots_gives_at_most_twelve_digits():
    with pytest.raises(BlankDrawing):
        separate(paper())
    assert len(separate(paper(*[((x, 100), (x, 120)) for x in range(10, 380, 20)], width=4))) == MAX_DIGITS


def stroke(*points, width=24):
    return Stroke(np.array(points, float), width)


def test_strokes_separate_digits_that_touch():
    zero = stroke((130, 115), (105, 165), (125, 222), (160, 190), (130, 115))
    four = stroke((205, 110), (175, 180), (250, 180)), stroke((235, 150), (230, 230))
    left, right = separate_strokes([*four, zero], (384, 384))
    assert (left.left, right.left) == (pytest.approx(93, abs=2), pytest.approx(163, abs=2))
    assert left.left + left.ink.shape[1] > right.left  # their inks overlap, and neither has the other's
    assert len(separate(cv2.dilate(paper(((130, 115), (130, 220)), ((150, 115), (150, 220))), np.ones((21, 21))))) == 1


def test_an_upright_stroke_without_width_belongs_to_what_it_crosses():
    plus = [stroke((100, 200), (180, 200)), stroke((140, 150), (140, 250))]
    assert len(separate_strokes(plus, (384, 384))) == 1
    assert len(separate_strokes([*plus, stroke((300, 150), (300, 250))], (384, 384))) == 2


def test_strokes_outside_of_the_canvas_are_a_blank_drawing():
    for strokes in ([], [stroke((-90, -90), (-80, -90))]):
        with pytest.raises(BlankDrawing):
            separate_strokes(strokes, (384, 384))
