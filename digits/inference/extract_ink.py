"""Separate ink from paper in a photo, a scan or a screenshot: dark on light or light on dark."""

import cv2
import numpy as np

EVEN = 12  # of 255: paper whose rim differs by more has a shadow on it
CONTRAST = 24  # of 255: ink differs from its paper by at least this
SPECK = 0.03  # a piece smaller than this fraction of the largest is dirt


def extract_ink(grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Return the ink without its paper.

    grey, alpha: (H, W) uint8, brightness times opacity, and opacity.
    Returns (H, W) uint8, 0 = paper, 255 = ink; all 0 where nothing differs from the paper.
    """
    opaque = alpha > 127
    if opaque.mean() < 0.5:
        return alpha  # no paper: what covers less than half of the picture is the ink, of any colour
    # Transparent corners get the colour of most of the rest.
    light = (grey + np.median(grey[opaque]) * (1 - alpha / 255)).astype(np.float32)
    rim = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    even = np.ptp(np.percentile(rim, (5, 95))) <= EVEN
    paper = np.full_like(light, np.median(rim)) if even else _shaded_paper(light)
    relief = light - paper
    noise = float(np.median(np.abs(relief)))  # 0 for a picture made on a screen
    if noise > 1:
        # A camera's grain would tear holes into the ink; the blur is a fraction of a pixel at 28 x 28.
        relief = cv2.GaussianBlur(relief, (0, 0), max(relief.shape) / 250)
        noise = float(np.median(np.abs(relief)))
    # Ink is darker or lighter, whichever differs more; squared, so that much noise does not outweigh a little ink.
    if np.square(relief.clip(max=0)).sum() > np.square(relief.clip(min=0)).sum():
        # A shadow darkens paper and ink by the same factor; dividing by the paper makes all ink equally black.
        relief = -relief if even else -relief * (255 / paper.clip(min=CONTRAST))
    relief = relief.clip(0, 255).astype(np.uint8)
    split, _ = cv2.threshold(relief, 0, 255, cv2.THRESH_OTSU)
    floor = max(4 * noise, 0 if even else split / 2)
    full = float(np.percentile(relief[relief >= min(split + 1, relief.max())], 90))
    if full - floor < CONTRAST:
        return np.zeros_like(relief)
    ink = ((relief - floor) * (255 / (full - floor))).clip(0, 255).astype(np.uint8)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((ink > 0).view(np.uint8))
    area = stats[:, cv2.CC_STAT_AREA]
    ink[(area < SPECK * area[1:].max(initial=0))[pieces]] = 0
    return ink


def _shaded_paper(light: np.ndarray) -> np.ndarray:
    """Return what the paper looks like without ink: in every large window paper covers more than half."""
    small = cv2.medianBlur(cv2.resize(light, (64, 64), interpolation=cv2.INTER_AREA).astype(np.uint8), 31)
    return cv2.resize(cv2.blur(small, (9, 9)), light.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
