"""Lay a sheet of paper flat: undo the perspective in which a photograph shows it."""

from dataclasses import dataclass

import cv2
import numpy as np

SMALL = 320  # px, longest side at which sheets are looked for
INSET = 0.012  # of a sheet's sides: its edge with its shadow


@dataclass(frozen=True, eq=False)
class Sheet:
    """The paper of a picture, its perspective undone."""

    pixels: np.ndarray  # (H, W, 3) uint8 red, green, blue
    mask: np.ndarray  # (H, W) bool: where there is paper
    outline: np.ndarray  # (n, 2) float32, its corners in px of the picture
    matrix: np.ndarray  # (3, 3) float64, from px of the picture to px of the sheet


def whole(pixels: np.ndarray, longest: int) -> Sheet:
    """Return the whole picture as a sheet, no side over `longest` px."""
    height, width = pixels.shape[:2]
    return flat_sheet(pixels, np.float32([[0, 0], [width, 0], [width, height], [0, height]]), longest, inset=0)


def flat_sheet(pixels: np.ndarray, outline: np.ndarray, longest: int, *, inset: float = INSET) -> Sheet:
    """Return the part of the picture inside the outline; four corners become a rectangle."""
    height, width = pixels.shape[:2]
    zoom = SMALL / max(width, height)
    rim = at_rim(outline * zoom, width * zoom, height * zoom)
    if len(outline) == 4 and (inset == 0 or rim.sum() < 4) and cv2.isContourConvex(np.float32(outline)):
        corners = _ordered(outline)
        sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
        size = np.array([(sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2])
    else:
        left, top = outline.min(axis=0).clip(0)
        right, bottom = np.minimum(outline.max(axis=0), (width, height))
        corners = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
        size = np.array([right - left, bottom - top])
    size = np.maximum(1, np.rint(size * min(1, longest / size.max()))).astype(int)
    target = np.float32([[0, 0], [size[0], 0], size, [0, size[1]]])
    # Pixel centres lie half a pixel inside: OpenCV counts from them.
    matrix = cv2.getPerspectiveTransform(np.float32(corners) - 0.5, target - 0.5)
    if (corners == np.float32([[0, 0], [width, 0], [width, height], [0, height]])).all():
        flat = (
            pixels
            if tuple(size) == (width, height)
            else cv2.resize(pixels, size.tolist(), interpolation=cv2.INTER_AREA)
        )
    else:
        flat = warp(pixels, matrix, size)
    mask = np.zeros(flat.shape[:2], np.uint8)
    inner = cv2.perspectiveTransform(np.float32(outline)[np.newaxis], matrix)[0]
    cv2.fillPoly(mask, [np.rint(inner).astype(np.int32)], 1)
    if step := round(inset * max(size)):
        mask = cv2.erode(mask, np.ones((2 * step + 1, 2 * step + 1), np.uint8), borderValue=0)
    return Sheet(flat, mask > 0, np.float32(outline), matrix)


def warp(pixels: np.ndarray, matrix: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Warp the picture; where it shrinks, it is blurred first: warpPerspective itself would drop thin strokes."""
    shrink = 1 / np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    if shrink > 1.3:
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.45 * shrink)
    return cv2.warpPerspective(pixels, matrix, size.tolist(), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _ordered(corners: np.ndarray) -> np.ndarray:
    """Return four corners clockwise from the one at the top left."""
    middle = corners.mean(axis=0)
    around = corners[np.argsort(np.arctan2(*(corners - middle).T[::-1]))]
    return np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0)


def at_rim(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return which points (n, 2) lie at the rim of the picture: (n,) bool."""
    return (points < 4).any(axis=1) | (points[:, 0] > width - 5) | (points[:, 1] > height - 5)
