"""Keep one digit: remove the circle or box around it, as on worksheets, and what lies far away from it."""

import cv2
import numpy as np

from digits.inference.preprocessing import FAINT

HEIGHT = 0.22  # of the frame's height: what is enclosed is at least so high, or the frame is a 0 with a speck in it
AROUND = 0.8  # of all directions in which a frame lies around what it encloses
NEAR = 0.3  # of the longest side of a digit: a gap within it is narrower
LARGE = 0.45  # of the longest side of the digit: a piece that is no dirt
THIN = 0.45  # of its hull: a frame has at most so much ink


def remove_frame(ink: np.ndarray) -> np.ndarray:
    """Return the ink without a frame that encloses other ink, and without what lies outside it.

    ink: (H, W) uint8. Nothing changes where no piece of ink encloses another, as in every digit that is written alone.
    """
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((ink > FAINT).view(np.uint8), connectivity=8)
    for frame in sorted(range(1, count), key=lambda piece: -stats[piece, 2] * stats[piece, 3]):
        inside = _enclosed(frame, pieces, stats)
        if inside is not None:
            return np.where(np.isin(pieces, inside), ink, 0).astype(np.uint8)
    return ink


def remove_frames(ink: np.ndarray) -> np.ndarray:
    """Return the ink of a sheet without all boxes, circles and tables that enclose other ink: (H, W) uint8."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((ink > FAINT).view(np.uint8), connectivity=8)
    large = stats[:, 3] >= max(20, 0.3 * float(np.median(stats[1:, 3]))) if count > 1 else []
    frames = [
        piece
        for piece in range(1, count)
        if large[piece] and min(stats[piece, 2:4]) > 30 and _enclosed(piece, pieces, stats, least=0.02) is not None
    ]
    return np.where(np.isin(pieces, frames), 0, ink).astype(np.uint8) if frames else ink


def main_piece(ink: np.ndarray) -> np.ndarray:
    """Return the ink without small pieces far from the largest: (H, W) uint8.

    What lies near it, such as the roof of a 5, stays; so does what is large: two digits are not one.
    """
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((ink > FAINT).view(np.uint8), connectivity=8)
    if count <= 2:
        return ink
    low = stats[:, :2]
    high = low + stats[:, 2:4]
    near = np.zeros(count, bool)
    near[1 + stats[1:, cv2.CC_STAT_AREA].argmax()] = True
    while True:
        start, end = low[near].min(axis=0), high[near].max(axis=0)
        gap = np.maximum(0, np.maximum(start - high, low - end)).max(axis=1)
        grown = near | (gap <= NEAR * (end - start).max())
        grown[0] = False
        if (grown == near).all():
            dirt = ~near & (stats[:, 2:4].max(axis=1) < LARGE * (end - start).max())
            dirt[0] = False
            return np.where(dirt[pieces], 0, ink).astype(np.uint8)
        near = grown


def _enclosed(frame: int, pieces: np.ndarray, stats: np.ndarray, least: float = HEIGHT) -> list[int] | None:
    """Return the pieces that a piece encloses; None where it is not a frame. least: as HEIGHT."""
    left, top, width, height, area = stats[frame]
    if area > THIN * width * height:
        return None
    within = (
        (stats[:, 0] > left)
        & (stats[:, 1] > top)
        & (stats[:, 0] + stats[:, 2] < left + width)
        & (stats[:, 1] + stats[:, 3] < top + height)
    )
    within[[0, frame]] = False
    inside = np.flatnonzero(within)
    if not inside.size or stats[inside, 3].max() < max(least * height, 12 if least < HEIGHT else 0):
        return None
    main = inside[stats[inside, 4].argmax()]
    x, y = stats[main, 0] + stats[main, 2] / 2, stats[main, 1] + stats[main, 3] / 2
    rows, columns = np.nonzero(pieces == frame)
    directions = np.histogram(np.arctan2(rows - y, columns - x), bins=72, range=(-np.pi, np.pi))[0]
    return inside.tolist() if (directions > 0).mean() >= AROUND else None
