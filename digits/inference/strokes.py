"""The strokes of a drawing: read from what the canvas sends, and painted again, for instance without one of them."""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from digits.errors import UnreadablePicture

MAX_STROKES = 100
MAX_POINTS = 20_000  # of all strokes; a pen that draws for a minute gives 6,000
WIDEST = 400  # px
FRACTION_BITS = 4  # of OpenCV's coordinates: 1/16 px
CURVE = np.linspace(0, 1, 5)[1:, np.newaxis]  # where a quadratic curve is followed; its pieces are a few px long


@dataclass(frozen=True)
class Stroke:
    """One line of the brush, from pen-down to pen-up."""

    points: np.ndarray  # (p, 2) float64: x to the right, y down, in px of the canvas
    width: float  # px, of the brush


def read_strokes(drawing: Any) -> list[Stroke]:
    """Return the strokes of a canvas' `json_data`, in the order in which they were drawn.

    Each object holds an SVG path of M, L and Q in px, and its strokeWidth. The value comes from the browser and may be
    anything: raises UnreadablePicture when it is something else, or more than a hand draws.
    """
    try:
        objects = drawing["objects"]
        if len(objects) > MAX_STROKES or sum(len(thing["path"]) for thing in objects) > MAX_POINTS:
            raise ValueError("more strokes than a hand draws")
        return [Stroke(_points(thing["path"]), _number(thing["strokeWidth"], WIDEST)) for thing in objects]
    except (TypeError, KeyError, ValueError, IndexError) as error:
        raise UnreadablePicture("We couldn't read the strokes of this drawing. Press Clear and try again.") from error


def paint(strokes: list[Stroke], size: tuple[int, int]) -> np.ndarray:
    """Paint strokes on an empty canvas of size = (width, height) px, ends round and edges soft as in a browser.

    Returns (height, width) uint8, 0 = paper, 255 = ink.
    """
    ink = np.zeros(size[::-1], np.uint8)
    for stroke in strokes:
        # Coordinate 0 is the middle of the first pixel for OpenCV, its edge for the browser.
        line = np.rint((stroke.points - 0.5) * (1 << FRACTION_BITS)).astype(np.int32)
        if len(line) == 1:
            line = line.repeat(2, axis=0)  # OpenCV paints no line of one point; the browser paints a dot
        # OpenCV's soft lines are 1.4 px wider than asked for, and an odd width is painted as the even one above it.
        thickness = 2 * max(1, round((stroke.width - 1.4) / 2))
        cv2.polylines(ink, [line], False, 255, thickness, cv2.LINE_AA, FRACTION_BITS)
    return ink


def _points(path: list) -> np.ndarray:
    """Follow an SVG path of absolute M, L and Q commands: (p, 2) float64, p > 0."""
    points: list[np.ndarray] = []
    for command, *numbers in path:
        ends = np.array([_number(number, 10_000) for number in numbers]).reshape(-1, 2)
        if (command, len(ends)) in (("M", 1), ("L", 1)):
            points.append(ends)
        elif (command, len(ends)) == ("Q", 2) and points:
            start, (middle, end) = points[-1][-1], ends
            points.append((1 - CURVE) ** 2 * start + 2 * CURVE * (1 - CURVE) * middle + CURVE**2 * end)
        else:
            raise ValueError(f"path command {command!r}")
    return np.concatenate(points)


def _number(value: Any, largest: float) -> float:
    """Return a finite number of at most `largest`, either sign. Raises ValueError or TypeError."""
    if not math.isfinite(value) or abs(value) > largest:
        raise ValueError(f"{value} is not a length on a canvas")
    return float(value)
