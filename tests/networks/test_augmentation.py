"""Augmentation keeps the digits and changes the handwriting."""

import cv2
import numpy as np
import pytest

from digits.networks.augmentation import CHUNK, Augmentation, augment

NOTHING = Augmentation(
    rotation=0, shear=0, scale=0, aspect=0, shift=0, elastic=0, pen=0, thinner=0, thicker=0, stroke_variants=0
)  # fmt: skip


def rings(n: int, radius: int = 8, at: tuple[int, int] = (14, 14)) -> np.ndarray:
    """(n, 28, 28) uint8: zeros as a compass would draw them."""
    ring = cv2.circle(np.zeros((28, 28), np.uint8), at, radius, 255, 2, cv2.LINE_AA)
    return np.repeat(ring[None], n, axis=0)


def labels(n: int, digit: int = 0) -> np.ndarray:
    return np.full(n, digit, np.uint8)


def vary(images: np.ndarray, digit: int = 0, seed: int = 0, **changes: float) -> np.ndarray:
    settings = Augmentation(**{**vars(NOTHING), **changes})
    return augment(images, labels(len(images), digit), np.random.default_rng(seed), settings)


def centres(images: np.ndarray) -> np.ndarray:
    """(n, 2): centre of mass, x and y."""
    moments = [cv2.moments(image) for image in images]
    return np.array([(m["m10"] / m["m00"], m["m01"] / m["m00"]) for m in moments])


def test_the_same_seed_gives_the_same_digits_and_another_seed_gives_others():
    images = rings(20)
    first, again, other = (augment(images, labels(20), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=(1, 2)).all()


def test_every_digit_of_a_batch_is_varied_differently():
    assert len(np.unique(augment(rings(50), labels(50), np.random.default_rng(0)), axis=0)) == 50


@pytest.mark.parametrize("radius", [6, 9, 11])
def test_with_everything_off_a_digit_only_comes_to_its_20_pixels(radius):
    ring = vary(rings(3, radius))
    np.testing.assert_array_equal(ring[0], ring[1])
    assert 19 <= (ring[0] > 64).any(axis=0).sum() <= 21
    assert 19 <= (ring[0] > 64).any(axis=1).sum() <= 21


def test_the_given_images_are_left_as_they_are():
    images = rings(30)
    augment(images, labels(30), np.random.default_rng(0), Augmentation(stroke_variants=1.0))
    np.testing.assert_array_equal(images, rings(30))


def test_the_ink_is_put_back_on_its_centre_of_mass():
    off_centre = rings(5, radius=6, at=(10, 17))
    np.testing.assert_allclose(centres(vary(off_centre)), 14, atol=0.1)
    np.testing.assert_allclose(centres(vary(off_centre, rotation=15, shear=0.2, scale=0.1)), 14, atol=0.1)


def test_a_shift_moves_the_ink_no_further_than_asked():
    distances = np.abs(centres(vary(rings(100), shift=2.0)) - 14)
    assert 1.5 < distances.max() < 2.1


@pytest.mark.parametrize("setting", ["rotation", "shear", "aspect", "elastic", "thinner", "thicker"])
def test_each_setting_alone_changes_the_digit(setting):
    oval = np.stack([cv2.ellipse(np.zeros((28, 28), np.uint8), (14, 14), (5, 9), 0, 0, 360, 255, 2)] * 4)
    change = {"rotation": 20.0}.get(setting, 0.5)
    assert (vary(oval, **{setting: change}) != oval).any(axis=(1, 2)).all()


def test_thicker_adds_ink_and_thinner_takes_it_away():
    as_written = vary(rings(50)).mean()
    assert vary(rings(50), thinner=0.6).mean() < 0.98 * as_written
    assert vary(rings(50), thicker=0.6).mean() > 1.02 * as_written


def test_a_redrawn_digit_has_a_thin_crisp_stroke_whatever_it_was_written_with():
    thick = cv2.dilate(rings(1)[0], np.ones((3, 3), np.uint8))[None].repeat(20, axis=0)
    for images in (rings(20), thick):
        row = vary(images, pen=1.0)[:, 14] / 255  # cuts the ring twice
        assert (np.abs(row.sum(axis=1) / 2 - 2) < 1).all()


def test_scale_changes_the_size_and_keeps_the_shape():
    heights, widths = ((vary(rings(40), scale=0.2) > 64).any(axis=axis).sum(axis=1) for axis in (2, 1))
    assert heights.min() < 18 and heights.max() > 22
    assert np.abs(heights - widths).max() <= 2


@pytest.mark.parametrize("digit", [0, 1, 7, 9])
def test_stroke_variants_add_a_stroke_to_0_1_7_and_9(digit):
    changed = (vary(rings(40), digit=digit, stroke_variants=1.0) != vary(rings(40))).any(axis=(1, 2))
    assert changed.mean() > 0.9


@pytest.mark.parametrize("digit", [2, 3, 4, 5, 6, 8])
def test_stroke_variants_leave_the_other_digits_alone(digit):
    np.testing.assert_array_equal(vary(rings(10), digit=digit, stroke_variants=1.0), vary(rings(10)))


def test_no_ink_leaks_from_one_digit_into_its_neighbours():
    full = np.zeros((30, 28, 28), np.uint8)
    full[::2] = 255
    varied = augment(full, labels(30, 9), np.random.default_rng(0), Augmentation(stroke_variants=1.0))
    assert not varied[1::2].any()


def test_variations_can_be_made_milder_all_at_once():
    assert Augmentation().times(0) == NOTHING
    assert Augmentation(rotation=12, stroke_variants=0.2).times(0.5).rotation == 6
    assert Augmentation(rotation=12, stroke_variants=0.2).times(0.5).stroke_variants == 0.1


def test_blank_digits_stay_blank():
    blank = np.zeros((20, 28, 28), np.uint8)
    np.testing.assert_array_equal(augment(blank, np.arange(20) % 10, np.random.default_rng(0)), blank)


@pytest.mark.parametrize("n", [0, 1, CHUNK, CHUNK + 1])
def test_any_number_of_digits_goes_in_and_as_many_come_out(n):
    varied = augment(rings(n), labels(n), np.random.default_rng(0))
    assert varied.shape == (n, 28, 28) and varied.dtype == np.uint8
