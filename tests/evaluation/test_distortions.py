import cv2
import numpy as np
import pytest

from digits.evaluation.distortions import DISTORTIONS, distort


@pytest.fixture
def digits():
    """Three rings of different size, ink in the middle: (3, 28, 28) uint8."""
    rings = [cv2.circle(np.zeros((28, 28), np.uint8), (13, 13), radius, 255, 2) for radius in (5, 7, 9)]
    return np.stack(rings)


def centre(images):
    moments = cv2.moments(images.sum(axis=0).astype(np.float32))
    return np.array([moments["m10"], moments["m01"]]) / moments["m00"]


@pytest.mark.parametrize("name", DISTORTIONS)
def test_every_strength_gives_digits_and_only_the_neutral_one_leaves_them(name, digits):
    known = DISTORTIONS[name]
    assert list(known.strengths) == sorted(known.strengths) and known.neutral in known.strengths
    before = digits.copy()
    oval = np.stack([cv2.resize(image[:, 7:21], (28, 28)) for image in digits])  # a turned ring is a ring
    for strength in known.strengths:
        distorted = distort(oval, {name: strength})
        assert (distorted.shape, distorted.dtype) == ((3, 28, 28), np.uint8)
        assert (distorted == oval).all() == (strength == known.neutral), strength
        np.testing.assert_array_equal(distorted, distort(oval, {name: strength}))  # the same every time
    np.testing.assert_array_equal(digits, before)


@pytest.mark.parametrize("name", DISTORTIONS)
def test_every_strength_lies_on_a_step_of_its_slider(name):
    known = DISTORTIONS[name]
    steps = (np.array(known.strengths) - known.strengths[0]) / known.step
    np.testing.assert_allclose(steps, np.round(steps))


def test_a_shift_moves_the_ink_by_whole_pixels(digits):
    moved = distort(digits, {"right": 3, "down": -2})
    np.testing.assert_array_equal(moved[:, :-2, 3:], digits[:, 2:, :-3])
    np.testing.assert_allclose(centre(moved) - centre(digits), [3, -2], atol=0.01)


def test_a_positive_rotation_is_clockwise():
    bar = np.zeros((1, 28, 28), np.uint8)
    bar[0, 2:14, 13:15] = 255  # the hand of a clock at twelve
    x, y = centre(distort(bar, {"rotation": 45})) - 13.5
    assert x > 3 and y < -3


def test_a_scaled_digit_is_so_much_larger(digits):
    ink = [(distort(digits, {"scale": percent})[0] > 127).any(axis=0).sum() for percent in (50, 100, 150)]
    assert ink[0] == pytest.approx(ink[1] / 2, abs=1) and ink[2] == pytest.approx(ink[1] * 1.5, abs=1)


@pytest.mark.parametrize("pixels", [-1, 1, 2, 3, 4])
def test_a_stroke_becomes_so_many_pixels_wider(pixels):
    stroke = np.zeros((1, 28, 28), np.uint8)
    stroke[0, :, 12:15] = 255  # 3 px
    row = distort(stroke, {"thickness": pixels})[0, 14]
    assert row.sum() / 255 == pytest.approx(3 + pixels, abs=0.3)


def test_less_contrast_keeps_the_mean_and_shrinks_the_spread(digits):
    faint = distort(digits, {"contrast": 20}).astype(float)
    np.testing.assert_allclose(faint.mean(axis=(1, 2)), digits.mean(axis=(1, 2)), atol=0.5)
    np.testing.assert_allclose(faint.std(axis=(1, 2)), 0.2 * digits.std(axis=(1, 2)), rtol=0.02)


def test_noise_has_the_strength_it_says():
    grey = np.full((50, 28, 28), 128, np.uint8)
    assert distort(grey, {"noise": 20}).astype(float).std() == pytest.approx(20, rel=0.02)


def test_no_digits_stay_no_digits():
    nothing = np.empty((0, 28, 28), np.uint8)
    assert distort(nothing, {name: known.strengths[0] for name, known in DISTORTIONS.items()}).shape == (0, 28, 28)
