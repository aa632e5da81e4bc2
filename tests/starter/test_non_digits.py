from string import ascii_letters

import numpy as np
import pytest

from digits.starter.detector.making.hand import curve, follow
from digits.starter.detector.making.non_digits import (
    DIGITS,
    HELD_OUT,
    HELD_OUT_KINDS,
    KINDS,
    LETTERS,
    SIGNS,
    TWINS,
    draw,
)
from digits.starter.detector.making.pictures import pictures_of
from tests.benchmarks.non_digits import FONTS, print_


@pytest.mark.parametrize("kind", [*KINDS, *HELD_OUT_KINDS])
def test_every_kind_leaves_ink_within_the_canvas_and_the_same_generator_the_same(kind):
    for seed in range(20):
        ink = draw(kind, np.random.default_rng(seed))
        assert ink.shape == (224, 224) and ink.dtype == np.uint8 and ink.any()
    np.testing.assert_array_equal(ink, draw(kind, np.random.default_rng(19)))


def test_letters_that_are_written_like_a_digit_are_never_learned():
    assert set(TWINS) | set(LETTERS) <= set(ascii_letters) | {"|"}
    assert not set(TWINS) & set(LETTERS)


def test_what_is_held_out_is_not_learned():
    assert not set(HELD_OUT) & set(SIGNS) and not set(HELD_OUT_KINDS) & set(KINDS)


@pytest.mark.parametrize("path", [path for paths in (LETTERS | SIGNS | HELD_OUT).values() for path in paths])
def test_every_glyph_can_be_followed(path):
    lines = follow(path, np.random.default_rng(0))
    assert len(lines) == path.count("/") + 1 and all(line.shape[1] == 2 for line in lines)


def test_there_is_a_way_to_draw_each_digit():
    assert list(DIGITS) == list("0123456789") and all(DIGITS.values())


def test_a_curve_cuts_corners_and_keeps_its_ends():
    corner = np.array([[0.0, 0], [4, 0], [4, 4]])
    assert curve(corner, 1).tolist() == [[0, 0], [3, 0], [4, 1], [4, 4]]
    np.testing.assert_array_equal(curve(corner[:2], 3), corner[:2])


def test_there_are_pictures_of_digits_and_of_others(with_sample):
    from digits.data.dataset import open_dataset

    data = open_dataset("sample")
    ((pictures, is_digit),) = pictures_of(np.array(data.images[::50]), np.array(data.labels[::50]), seed=0)
    assert 255 <= len(pictures) == len(is_digit) <= 265  # those without ink are left out
    assert is_digit.sum() == 115 and pictures.dtype == np.uint8 and pictures.any(axis=(1, 2)).all()


def test_the_fonts_are_there_and_differ():
    printed = [print_("A", font) for font in FONTS]
    assert all(ink.any() for ink in printed) and len({ink.tobytes() for ink in printed}) == len(FONTS)
