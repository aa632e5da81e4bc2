"""The strokes of a drawing: read from what the canvas sends, and painted as the browser paints them.

What was rubbed out of a stroke later belongs to it, so any of the strokes can be painted without the others.
"""

import math
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

import cv2
import numpy as np

from digits.errors import UnreadablePicture

ERASER = "#000000"
"""The colour of the canvas, in which the eraser draws."""
MAX_STROKES = 300
MAX_POINTS = 20_000  # of all strokes; a pen that draws for a minute gives 6,000
WIDEST = 400  # px
LONGEST = 512  # px, no canvas is wider or higher
FINE = 6  # parts of a pixel in which strokes are painted, hard, before their edges become soft
FRACTION_BITS = 4  # of OpenCV's coordinates: 1/16 of such a part
CURVE = np.linspace(0, 1, 9)[1:, np.newaxis]  # where a quadratic curve is followed; its pieces are a few px long
NUM_NUMBERS = {"M": 2, "L": 2, "Q": 4}  # after each command of a path


@dataclass(frozen=True, eq=False)
class Stroke:
    """One line of the brush, from pen-down to pen-up."""

    points: np.ndarray  # (p, 2) float64: x to the right, y down, in px of the canvas
    width: float  # px, of the brush
    erasers: tuple["Stroke", ...] = ()  # the lines of the eraser that were drawn after it


def read_strokes(drawing: Any) -> list[Stroke]:
    """Return the strokes of a canvas' `json_data`, in the order in which they were drawn, without those rubbed out.

    Each object holds an SVG path of M, L and Q in px, its strokeWidth, and ERASER as its stroke where it rubs out. The
    value comes from the browser and may be anything: raises UnreadablePicture when it is something else, or more than a
    hand draws.
    """
    try:
        objects = drawing["objects"]
        if len(objects) > MAX_STROKES or sum(len(thing["path"]) for thing in objects) > MAX_POINTS:
            raise ValueError("more strokes than a hand draws")
        erasers, strokes = (), []
        for thing in reversed(objects):
            line = Stroke(_points(thing["path"]), _number(thing["strokeWidth"], WIDEST), erasers)
            if line.width < 1:
                raise ValueError("a brush without width")
            if thing.get("stroke") == ERASER:
                erasers = (line, *erasers)
            else:
                strokes.append(line)
    except (TypeError, KeyError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise UnreadablePicture("We couldn't read the strokes of this drawing. Press Clear and try again.") from error
    return [line for line in reversed(strokes) if not line.erasers or paint([line], (LONGEST, LONGEST), fine=1).any()]


def paint(strokes: list[Stroke], size: tuple[int, int], *, fine: int = FINE) -> np.ndarray:
    """Paint strokes on an empty canvas of size = (width, height) px, ends round and edges soft as in a browser.

    fine: parts of a pixel; with 1 edges are hard. Returns (height, width) uint8, 0 = paper, 255 = ink.
    """
    ink = np.zeros(size[::-1], np.uint8)
    if not strokes:
        return ink
    # Only where there is ink: of a digit that is a quarter of the canvas.
    reach = max(stroke.width for stroke in strokes) / 2 + 1
    points = np.concatenate([stroke.points for stroke in strokes])
    left, top = np.clip(np.floor(points.min(axis=0) - reach), 0, size).astype(int)
    right, bottom = np.clip(np.ceil(points.max(axis=0) + reach), 0, size).astype(int)
    if left == right or top == bottom:
        return ink
    layer = np.zeros((fine * (bottom - top), fine * (right - left)), np.uint8)
    in_order = sorted(strokes, key=lambda stroke: -len(stroke.erasers))
    for stroke, following in zip_longest(in_order, in_order[1:]):
        _draw(layer, stroke, (left, top), fine, 255)
        # The erasers that came before the next stroke; later ones rub out both.
        for eraser in stroke.erasers[: len(stroke.erasers) - len(following.erasers if following else ())]:
            _draw(layer, eraser, (left, top), fine, 0)
    ink[top:bottom, left:right] = cv2.resize(layer, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return ink


def _draw(layer: np.ndarray, stroke: Stroke, corner: tuple[int, int], fine: int, value: int) -> None:
    # Coordinate 0 is the middle of the first pixel for OpenCV, its edge for the browser.
    line = fine * (stroke.points - corner) - 0.5
    thickness = round(fine * stroke.width)
    if (line.max(axis=0) < -thickness).any() or (line.min(axis=0) > np.add(layer.shape[::-1], thickness)).any():
        return  # an eraser elsewhere
    line = np.rint(line * (1 << FRACTION_BITS)).astype(np.int32)
    if len(line) == 1:
        line = line.repeat(2, axis=0)  # OpenCV paints no line of one point; the browser paints a dot
    cv2.polylines(layer, [line], False, value, thickness, cv2.LINE_8, FRACTION_BITS)


def _points(path: list) -> np.ndarray:
    """Follow an SVG path of absolute M, L and Q commands: (p, 2) float64, p > 0."""
    if any(NUM_NUMBERS[command] != len(numbers) for command, *numbers in path) or path[0][0] == "Q":
        raise ValueError("a path command with other numbers")
    numbers = np.array([_number(number, 10_000) for number in chain.from_iterable(row[1:] for row in path)])
    points = numbers.reshape(-1, 2)
    ends = np.cumsum([NUM_NUMBERS[row[0]] // 2 for row in path]) - 1
    curved = np.flatnonzero([row[0] == "Q" for row in path])
    start, middle, end = (
        points[ends[curved - 1], np.newaxis],
        points[ends[curved] - 1, np.newaxis],
        points[ends[curved], np.newaxis],
    )
    followed = np.repeat(points[ends, np.newaxis], len(CURVE), axis=1)  # (commands, 4, 2)
    followed[curved] = (1 - CURVE) ** 2 * start + 2 * CURVE * (1 - CURVE) * middle + CURVE**2 * end
    needed = np.zeros(followed.shape[:2], bool)
    needed[:, -1] = needed[curved] = True
    return followed[needed]


def _number(value: Any, largest: float) -> float:
    """Return a finite number of at most `largest`, either sign. Raises ValueError or TypeError."""
    if not math.isfinite(value) or abs(value) > largest:
        raise ValueError(f"{value} is not a length on a canvas")
    return float(value)
