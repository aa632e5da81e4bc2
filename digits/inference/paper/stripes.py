"""Find a white sheet on a cloth whose stripes or checks are as white as the paper, and run into it."""

from collections.abc import Callable

import cv2
import numpy as np

from digits.inference.paper.outlines import AREA, CONTRAST, contrast, innermost, level_sets

WIDTHS = 11, 17, 25, 37  # px of SMALL: the white stripes are narrower
RIM = 0.15  # of the rim of the picture: so much is in white stripes
OFFSETS = 12, 12  # px of SMALL from an edge at which both sides are compared: stripes end nearer to it
ROUND = 0.3  # of the side of a sheet: what sticks out is narrower
SOLID = 0.86  # of its four corners: a sheet, without what ROUND cuts off


def on_stripes(small: np.ndarray, is_written: Callable[[np.ndarray], bool]) -> list[np.ndarray]:
    """Return the four corners of a sheet, (4, 2) float32, or nothing.

    small: (h, w, 3) uint8 red, green, blue. White is what is light in every channel, whatever colour the others have.
    """
    white = cv2.medianBlur(small.min(axis=2), 9)
    for width in WIDTHS:
        opened = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
        dark = cv2.subtract(white, opened) > 3 * CONTRAST
        if np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]]).mean() < RIM:
            continue
        ground = opened[..., np.newaxis]
        found = (_quadrilateral(contour, opened.shape) for contour, _ in level_sets(opened, only_light=True))
        found = [one for one in found if one is not None and contrast(ground, one, OFFSETS) >= CONTRAST]
        best = innermost(ground, [corners for corners in found if is_written(corners)], OFFSETS)
        if best is not None:
            return [best]
    return []


def _quadrilateral(contour: np.ndarray, shape: tuple[int, int]) -> np.ndarray | None:
    """Return the four corners around a region, without what sticks out of it: (4, 2) float32; None for other shapes."""
    height, width = shape
    region = cv2.drawContours(np.zeros((height + 2, width + 2), np.uint8), [contour], -1, 1, -1)
    # Opened by a disc, which rounds the corners as well; the quadrilateral around it has them again.
    radius = ROUND * cv2.contourArea(contour) ** 0.5
    core = cv2.distanceTransform(region, cv2.DIST_L2, 5) > radius
    smooth = cv2.distanceTransform((~core).view(np.uint8), cv2.DIST_L2, 5) <= radius
    rounded = max(
        cv2.findContours(smooth.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0],
        key=cv2.contourArea,
        default=None,
    )
    if rounded is None or cv2.contourArea(rounded) < AREA[0] * height * width:
        return None
    corners = cv2.approxPolyN(rounded, 4)[0].astype(np.float32)
    return corners - 1 if cv2.contourArea(rounded) >= SOLID * cv2.contourArea(corners) else None
