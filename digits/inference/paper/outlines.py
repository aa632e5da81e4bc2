"""Outlines of what may be a sheet of paper, and whether their edges are those of paper, not of shadows or lines."""

from collections.abc import Iterator

import cv2
import numpy as np

from digits.inference.paper.perspective import at_rim

LEVELS = 12  # thresholds for each channel
AREA = 0.05, 0.97  # of the picture, of a sheet; more is the whole picture
CONTRAST = 9  # of 255 in Lab, between a sheet and what it lies on, all along its edges
OFFSETS = 5, 12  # px of SMALL from an edge at which both sides are compared: a drawn line is no edge
DIFFERENT = 0.15  # of the lightness of its paper: ink
STROKE = 31  # px of SMALL, along an edge: strokes that cross it are narrower
SLANT = 8  # px of SMALL: a stroke across an edge moves so far along it between its two sides


def level_sets(channel: np.ndarray, *, only_light: bool = False) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the outline of each region that is lighter or darker than one of LEVELS, and all regions beside it.

    channel: (h, w) uint8. Yields a contour (n, 1, 2) int32, one px to the right of its place and below it, and (h, w)
    uint8. only_light: no region that is darker.
    """
    low, high = np.percentile(channel, (1, 99))
    if high - low < CONTRAST:
        return
    for level in np.linspace(low, high, LEVELS + 2)[1:-1]:
        above = (channel > level).astype(np.uint8)
        for side in (above,) if only_light else (above, 1 - above):
            framed = cv2.copyMakeBorder(side, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
            for contour in cv2.findContours(framed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
                if AREA[0] * channel.size <= cv2.contourArea(contour) <= AREA[1] * channel.size:
                    yield contour, side


def contrast(flat: np.ndarray, polygon: np.ndarray, offsets: tuple[float, float] = OFFSETS) -> float:
    """Return how much both sides of the polygon's edges differ, 0 to 255, all along but for an eighth (a finger).

    offsets: px from the edge; the outer side is looked at in two places, the inner one at the first offset.
    """
    height, width = flat.shape[:2]
    edges = [(points[::4], normal) for points, normal in _edges(polygon, width, height)]
    inner, outer, far = ([points + offset * normal for points, normal in edges] for offset in (-offsets[0], *offsets))
    if not inner:
        return 0.0
    inside, outside, beyond = (np.rint(np.concatenate(side)).astype(int) for side in (inner, outer, far))
    size = np.array((width, height))
    within = ((outside >= 0) & (outside < size)).all(axis=1)
    if within.sum() < 8:
        return 0.0
    difference = _difference(flat, inside[within].clip(0, size - 1), outside[within])
    further = _difference(flat, inside.clip(0, size - 1), beyond.clip(0, size - 1))[within]
    seen = ((beyond >= 0) & (beyond < size)).all(axis=1)[within]
    return float(np.percentile(np.where(seen, np.minimum(difference, further), difference), 12))


def innermost(flat: np.ndarray, sheets: list[np.ndarray], offsets: tuple[float, float] = OFFSETS) -> np.ndarray | None:
    """Return the innermost of the outlines (n, 2) float32; of nearly equal ones, the one with the clearest edges."""
    least = min(map(cv2.contourArea, sheets), default=0)
    near = (outline for outline in sheets if cv2.contourArea(outline) < 1.06 * least)
    return max(near, key=lambda outline: contrast(flat, outline, offsets), default=None)


def _edges(polygon: np.ndarray, width: int, height: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield points (n, 2) a px apart along each edge inside the picture, and the direction out of the polygon."""
    centre = polygon.mean(axis=0)
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        middle = (start + end) / 2
        along = end - start
        length = float(np.hypot(*along))
        if length < 12 or at_rim(np.float32([start, middle, end]), width, height).all():
            continue
        normal = np.array([-along[1], along[0]]) / length
        normal *= np.sign(normal @ (middle - centre)) or 1
        yield start + np.linspace(0.08, 0.92, max(24, int(length)))[:, np.newaxis] * along, normal


def is_crossed(lab: np.ndarray, polygon: np.ndarray) -> bool:
    """Return whether ink runs across an edge: a shadow darkens ink and paper alike, a sheet's ink ends with the sheet.

    lab: (h, w, 3) uint8 in Lab, with its thin lines.
    """
    height, width = lab.shape[:2]
    for points, normal in _edges(polygon, width, height):
        inner, outer = (
            np.rint(points + offset * normal).astype(int).clip(0, (width - 1, height - 1))
            for offset in (-OFFSETS[0], OFFSETS[0])
        )
        for inside, outside in zip(_ink_along(lab, inner), _ink_along(lab, outer), strict=True):
            if (cv2.dilate(inside.view(np.uint8), np.ones((1, 2 * SLANT + 1))) & outside).any():
                return True
    return False


def _ink_along(lab: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where dark ink crosses a line of points (n, 2), and where light ink does: (1, n) bool each.

    Ink is narrow: where a shadow begins, the rest of the line is darker as well.
    """
    light = 1 + lab[points[:, 1], points[:, 0], 0].astype(np.float32)[np.newaxis]
    closed, opened = (
        cv2.morphologyEx(light, operation, np.ones((1, STROKE)), borderType=cv2.BORDER_REPLICATE)
        for operation in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN)
    )
    return light < (1 - DIFFERENT) * closed, (1 - DIFFERENT) * light > opened


def _difference(flat: np.ndarray, some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how far the colours at two lists of points (n, 2) are apart: (n,) float32."""
    return np.linalg.norm(flat[some[:, 1], some[:, 0]].astype(np.float32) - flat[others[:, 1], others[:, 0]], axis=1)
