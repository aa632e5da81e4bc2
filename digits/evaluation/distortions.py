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


@dataclass(frozen=True, kw_only=True)
class Distortion:
    """One way to distort digits, and a useful range of strengths."""

    title: str
    unit: str
    strengths: tuple[float, ...]
    """In ascending order, the neutral one among them; a curve has a point at each."""
    neutral: float = 0.0
    """The strength that changes nothing."""
    step: float
    """Between two strengths that a slider offers."""
    apply: Callable[[np.ndarray, float], np.ndarray]
    """(n, 28, 28) uint8, 0 = paper, 255 = ink, and a strength -> (n, 28, 28) uint8."""


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


def _rotate(images: np.ndarray, degrees: float) -> np.ndarray:
    return _warp(images, cv2.getRotationMatrix2D(MIDDLE, -degrees, 1))  # OpenCV turns the other way


def _scale(images: np.ndarray, percent: float) -> np.ndarray:
    return _warp(images, cv2.getRotationMatrix2D(MIDDLE, 0, percent / 100))


def _shift_right(images: np.ndarray, pixels: float) -> np.ndarray:
    return _warp(images, np.array([[1, 0, pixels], [0, 1, 0]], float))


def _shift_down(images: np.ndarray, pixels: float) -> np.ndarray:
    return _warp(images, np.array([[1, 0, 0], [0, 1, pixels]], float))


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


DISTORTIONS = {
    "thickness": Distortion(
        title="Stroke width", unit="px", strengths=(-2, -1.5, -1, -0.5, 0, 1, 2, 3, 4), step=0.5, apply=_thicken
    ),
    "scale": Distortion(
        title="Size", unit="%", strengths=(40, 50, 60, 80, 100, 120, 140, 160), neutral=100, step=5, apply=_scale
    ),
    "rotation": Distortion(
        title="Rotation", unit="°", strengths=(-60, -45, -30, -15, 0, 15, 30, 45, 60), step=5, apply=_rotate
    ),
    "right": Distortion(
        title="Shift to the right", unit="px", strengths=(-8, -6, -4, -2, 0, 2, 4, 6, 8), step=1, apply=_shift_right
    ),
    "down": Distortion(
        title="Shift down", unit="px", strengths=(-8, -6, -4, -2, 0, 2, 4, 6, 8), step=1, apply=_shift_down
    ),
    "blur": Distortion(title="Blur", unit="px", strengths=(0, 0.5, 1, 1.5, 2, 2.5, 3), step=0.25, apply=_blur),
    "contrast": Distortion(
        title="Contrast", unit="%", strengths=(10, 20, 30, 40, 60, 80, 100), neutral=100, step=5, apply=_contrast
    ),
    "noise": Distortion(
        title="Noise", unit="grey levels", strengths=(0, 20, 40, 60, 80, 100, 120), step=10, apply=_add_noise
    ),
}
