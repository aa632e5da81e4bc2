"""Separate several digits on one drawing: which ink belongs to which digit, left to right.

Pieces above each other are one digit (the roof of a 5, the two lines of a 4); pieces beside each other are two. Where
the strokes are known, a piece is a stroke, and digits may touch. In a picture, a piece is connected ink.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digits.errors import BlankDrawing
from digits.inference.preprocessing import FAINT
from digits.inference.strokes import Stroke, paint

MAX_DIGITS = 12  # more do not fit on the canvas
SPECK = 0.02  # of the area of the largest piece: less is a slip of the pen
OVERLAP = 0.3  # of the width of the narrower piece: pieces that overlap sideways by more are one digit
WIDE = 1.25  # width by height: wider are 3% of single pen digits, 1% of MNIST's, and 6 in 10 of two that touch
ADVICE = "There is no ink yet. Draw one or more digits beside each other."


@dataclass(frozen=True)
class Part:
    """The ink of one digit."""

    left: int
    top: int
    ink: np.ndarray  # (h, w) uint8, 0 = paper, 255 = ink; its corner lies at (left, top) of the drawing, in px

    @property
    def may_touch(self) -> bool:
        """Whether the part is so wide that it may be two digits that touch."""
        height, width = self.ink.shape
        return width > WIDE * height


def separate_strokes(strokes: list[Stroke], size: tuple[int, int]) -> list[Part]:
    """Separate the strokes of a canvas of size = (width, height) px into digits, left to right; at most MAX_DIGITS.

    Raises BlankDrawing when no stroke leaves ink on it.
    """
    groups = _group([(stroke.points[:, 0].min(), stroke.points[:, 0].max()) for stroke in strokes])
    inks = (paint([strokes[piece] for piece in group], size) for group in groups)
    return _cut_out([ink for ink in inks if (ink > FAINT).any()])


def separate(ink: np.ndarray) -> list[Part]:
    """Separate the ink of a picture into digits, left to right; at most MAX_DIGITS. Digits that touch stay together.

    ink: (H, W) uint8, 0 = paper, 255 = ink. Raises BlankDrawing when there is none.
    """
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((ink > FAINT).view(np.uint8), connectivity=8)
    area, left = stats[1:, cv2.CC_STAT_AREA], stats[1:, cv2.CC_STAT_LEFT]
    found = 1 + np.flatnonzero(area >= SPECK * area.max(initial=0))
    right = left + stats[1:, cv2.CC_STAT_WIDTH]
    groups = _group([(left[piece - 1], right[piece - 1]) for piece in found])
    return _cut_out([np.where(np.isin(pieces, found[group]), ink, 0).astype(np.uint8) for group in groups])


def _group(extents: list[tuple[float, float]]) -> list[list[int]]:
    """Return which pieces are one digit: groups of positions in `extents` (left, right), left to right."""
    groups: list[list[int]] = []
    for piece in sorted(range(len(extents)), key=lambda piece: extents[piece]):
        left, right = extents[piece]
        for group in groups:
            start, end = min(extents[other][0] for other in group), max(extents[other][1] for other in group)
            shared = min(end, right) - max(start, left)
            if shared >= OVERLAP * min(end - start, right - left):
                group.append(piece)
                break
        else:
            groups.append([piece])
    return groups


def _cut_out(inks: list[np.ndarray]) -> list[Part]:
    """Crop the ink of each digit, (H, W) uint8."""
    if not inks:
        raise BlankDrawing(ADVICE)
    parts = []
    for ink in inks[:MAX_DIGITS]:
        left, top, width, height = cv2.boundingRect((ink > FAINT).view(np.uint8))
        parts.append(Part(left, top, ink[top : top + height, left : left + width]))
    return parts
