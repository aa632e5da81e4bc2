"""Parts of a drawing, each cut out on its own: connected ink, where the strokes are known one for each stroke."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from digits.inference.preprocessing import FAINT
from digits.inference.strokes import Stroke, paint

MAX_PARTS = 100  # the largest ones; a number has few
WIDE = 1.25  # width by height: wider are 3% of single pen digits, 1% of MNIST's, and 6 in 10 of two that touch


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the ink of a drawing: one digit, or a piece of one."""

    left: int
    top: int
    ink: np.ndarray  # (h, w) uint8, 0 = paper, 255 = ink; its corner lies at (left, top) of the drawing, in px
    is_cut: bool = False  # whether it was cut off from its neighbour, with which its ink is connected

    @property
    def right(self) -> int:
        """The first column to the right of it, in px of the drawing."""
        return self.left + self.ink.shape[1]

    @property
    def bottom(self) -> int:
        """The first row below it, in px of the drawing."""
        return self.top + self.ink.shape[0]

    @property
    def may_touch(self) -> bool:
        """Whether the part is so wide that it may be two digits that touch, or was cut off from another digit."""
        height, width = self.ink.shape
        return self.is_cut or width > WIDE * height

    def on_paper(self, shape: tuple[int, int]) -> np.ndarray:
        """Return the ink of this part alone on the drawing, (height, width) = shape, uint8."""
        paper = np.zeros(shape, np.uint8)
        paper[self.top : self.bottom, self.left : self.right] = self.ink
        return paper


def find_parts(ink: np.ndarray, strokes: Sequence[Stroke] = ()) -> list[Part]:
    """Return the connected pieces of each stroke; of all ink, where the strokes are not known. At most MAX_PARTS.

    ink: (H, W) uint8, the drawing as it is after all strokes; what was erased belongs to none of them.
    """
    size = ink.shape[::-1]
    drawn = [np.minimum(paint([stroke], size), ink) for stroke in strokes] if len(strokes) > 1 else [ink]
    parts = [part for layer in drawn for part in _connected(layer)] or _connected(ink)
    return sorted(parts, key=lambda part: part.ink.size, reverse=True)[:MAX_PARTS]


def cut_out(ink: np.ndarray, left: int = 0, top: int = 0) -> Part | None:
    """Return the box of all ink of (h, w) uint8, whose corner lies at (left, top) of the drawing; None without ink."""
    x, y, width, height = cv2.boundingRect((ink > FAINT).view(np.uint8))
    return Part(left + x, top + y, ink[y : y + height, x : x + width]) if width else None


def join(parts: Sequence[Part]) -> Part:
    """Return one part with the ink of all parts, at least one."""
    if len(parts) == 1:
        return parts[0]
    left, top = min(part.left for part in parts), min(part.top for part in parts)
    ink = np.zeros((max(part.bottom for part in parts) - top, max(part.right for part in parts) - left), np.uint8)
    for part in parts:
        area = ink[part.top - top : part.bottom - top, part.left - left : part.right - left]
        np.maximum(area, part.ink, out=area)
    return Part(left, top, ink)


def _connected(layer: np.ndarray) -> list[Part]:
    """Return a part for each connected piece of ink, (H, W) uint8; of more than MAX_PARTS, the largest."""
    if (whole := cut_out(layer)) is None:
        return []
    _, labels, stats, _ = cv2.connectedComponentsWithStats((whole.ink > FAINT).view(np.uint8), connectivity=8)
    if len(stats) == 2:
        return [whole]
    parts = []
    for label in 1 + np.argsort(stats[1:, cv2.CC_STAT_AREA])[::-1][:MAX_PARTS]:
        left, top, width, height, _ = stats[label]
        box = slice(top, top + height), slice(left, left + width)
        ink = np.where(labels[box] == label, whole.ink[box], 0).astype(np.uint8)
        parts.append(Part(int(whole.left + left), int(whole.top + top), ink))
    return parts
