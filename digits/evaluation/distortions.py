"""Distort digits: how far may a digit move, turn or fade before it is misclassified?

Each distortion takes digits and a strength and always gives the same result. Most are among the corruptions of MNIST-C
(Mu & Gilmer, MNIST-C: a robustness benchmark for computer vision, 2019) and of Hendrycks & Dietterich, Benchmarking
neural network robustness to common corruptions and perturbations (2019), which have one strength or five; here it is a
scale. NumPy and OpenCV only, because the Evaluate page shows them live.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 28  # px
MIDDLE = (SIDE - 1) / 2, (SIDE - 1) / 2
CHANNELS = 64  # digits that are distorted together
FINE = 4  # steps per pixel in which strokes are widened


@dataclass(frozen=True)
class Distortion:
    """One way to distort digits, and a useful range of strengths."""

    title: str
    unit: str
    strengths: tuple[float, ...]
    """In ascending order, the neutral one among them; a curve has a point at each."""
    step: float
    """Between two strengths that a slider offers."""
    apply: Callable[[np.ndarray, float], np.ndarray]
    """(n, 28, 28) uint8, 0 = paper, 255 = ink, and a strength -> (n, 28, 28) uint8."""
    neutral: float = 0.0
    """The strength that changes nothing."""


def distort(images: np.ndarray, strengths: dict[str, float]) -> np.ndarray:
    """Return the digits with every named distortion, in the order of DISTORTIONS; a neutral strength changes nothing.

    images: (n, 28, 28) uint8, unchanged. Returns (n, 28, 28) uint8.
    """
    for name, distortion in DISTORTIONS.items():
        strength = strengths.get(name, distortion.neutral)
        if strength != distortion.neutral and len(images):
            images = distortion.apply(images, strength)
    return images


def _thicken(images: np.ndarray, pixels: float) -> np.ndarray:
    """Widen every stroke by this many pixels, half of them on each side; narrow it if negative."""
    side = 1 + round(FINE * abs(pixels) / 2) * 2
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    morph = cv2.dilate if pixels > 0 else cv2.erode

    def widen(sheet: np.ndarray) -> np.ndarray:
        large = cv2.resize(sheet, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_LINEAR)
        return cv2.resize(morph(large, pen), (SIDE, SIDE), interpolation=cv2.INTER_AREA)

    return _together(images, widen)


def _rotate_and_scale(images: np.ndarray, degrees: float, scale: float) -> np.ndarray:
    return _warp(images, cv2.getRotationMatrix2D(MIDDLE, -degrees, scale))  # OpenCV turns the other way


def _shift(images: np.ndarray, right: float, down: float) -> np.ndarray:
    return _warp(images, np.array([[1, 0, right], [0, 1, down]], float))


def _warp(images: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """matrix: (2, 3), from a place in the image to where it goes. Ink that leaves the image is lost."""
    return np.stack([cv2.warpAffine(image, matrix, (SIDE, SIDE)) for image in images])


def _blur(images: np.ndarray, sigma: float) -> np.ndarray:
    """sigma: px, standard deviation of the Gaussian."""
    return _together(images, lambda sheet: cv2.GaussianBlur(sheet, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT))


def _together(images: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Change digits as the channels of one image, which OpenCV does two to eight times as fast, with the same result.

    images: (n, 28, 28) uint8. change: (28, 28, channels) -> (28, 28, channels), each channel by itself.
    """
    pixels = images.transpose(1, 2, 0)
    sheets = [np.ascontiguousarray(pixels[..., at : at + CHANNELS]) for at in range(0, len(images), CHANNELS)]
    changed = [change(sheet).reshape(sheet.shape) for sheet in sheets]  # OpenCV drops a single channel
    return np.concatenate(changed, axis=2).transpose(2, 0, 1)


def _contrast(images: np.ndarray, percent: float) -> np.ndarray:
    """Bring every pixel nearer to the mean of its image: fainter ink on paper that is no longer black."""
    means = images.mean(axis=(1, 2), keepdims=True, dtype=np.float32)
    return np.rint(means + (images - means) * np.float32(percent / 100)).astype(np.uint8)


def _add_noise(images: np.ndarray, levels: float) -> np.ndarray:
    """levels: standard deviation of the Gaussian noise in grey levels; always the same noise, scaled."""
    noise = np.random.default_rng(0).standard_normal(images.shape, np.float32)
    return np.clip(np.rint(images + levels * noise), 0, 255).astype(np.uint8)


_SHIFTS = (-8, -6, -4, -2, 0, 2, 4, 6, 8)
DISTORTIONS = {
    "thickness": Distortion("Stroke width", "px", (-2, -1.5, -1, -0.5, 0, 1, 2, 3, 4), 0.5, _thicken),
    "scale": Distortion(
        "Size", "%", (40, 50, 60, 80, 100, 120, 140, 160), 5,
        lambda images, percent: _rotate_and_scale(images, 0, percent / 100), neutral=100,
    ),
    "rotation": Distortion(
        "Rotation", "°", (-60, -45, -30, -15, 0, 15, 30, 45, 60), 5,
        lambda images, degrees: _rotate_and_scale(images, degrees, 1),
    ),
    "right": Distortion("Shift to the right", "px", _SHIFTS, 1, lambda images, pixels: _shift(images, pixels, 0)),
    "down": Distortion("Shift down", "px", _SHIFTS, 1, lambda images, pixels: _shift(images, 0, pixels)),
    "blur": Distortion("Blur", "px", (0, 0.5, 1, 1.5, 2, 2.5, 3), 0.25, _blur),
    "contrast": Distortion("Contrast", "%", (10, 20, 30, 40, 60, 80, 100), 5, _contrast, neutral=100),
    "noise": Distortion("Noise", "grey levels", (0, 20, 40, 60, 80, 100, 120), 10, _add_noise),
}  # fmt: skip
