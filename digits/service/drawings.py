"""Strokes as JSON -> ink: a drawing in any unit, painted large enough to be predicted."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from digits.inference.strokes import MAX_POINTS, MAX_STROKES, Stroke, paint
from digits.service.bodies import read_numbers
from digits.service.problems import Problem

PEN = 12.0  # px, the width of the pen on the painted drawing; a digit is then some 160 px high
PENS_HIGH = 13  # pens, the height of a drawing that doesn't say how wide its pen is
LONGEST = 1024  # px, of the painted drawing
FARTHEST = 1e6  # units from 0, of a point
THINNEST = 1e-100  # units, of a pen; beyond, the zoom leaves what a float holds


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawing that is painted."""

    ink: np.ndarray
    """(H, W) uint8, 0 = paper, 255 = ink."""
    strokes: list[Stroke]
    """In px of the ink."""
    zoom: float
    """px of the ink for a unit of the client's points."""
    corner: np.ndarray
    """(2,) float64: where the ink begins, in the client's unit."""

    def box(self, left: int, top: int, width: int, height: int) -> list[float]:
        """Return a box in px of the ink in the client's unit: left, top, width, height."""
        place = self.corner + np.array((left, top)) / self.zoom
        return [round(float(number), 2) for number in (*place, width / self.zoom, height / self.zoom)]


def read_drawing(drawing: Any) -> Drawing:
    """Paint a drawing that a client sent. Raises Problem where it is none.

    drawing: {"strokes": [[[x, y], ...], ...], "width": of the pen}, x to the right, y down, all in one unit, `width` as
    the client likes.
    """
    lines = drawing.get("strokes") if isinstance(drawing, dict) else None
    if not isinstance(lines, list) or not 0 < len(lines) <= MAX_STROKES:
        raise Problem(400, f'A drawing must be {{"strokes": [[[x, y], ...], ...]}}, with 1 to {MAX_STROKES} strokes.')
    if not all(isinstance(line, list) for line in lines) or sum(map(len, lines)) > MAX_POINTS:
        raise Problem(400, f"Each stroke must be a list of points, and all of them at most {MAX_POINTS:,} points.")
    strokes = [_points(line) for line in lines]
    points = np.concatenate(strokes)
    size = np.ptp(points, axis=0)
    width = drawing.get("width", float(size[1] or size[0] or 1) / PENS_HIGH)
    if type(width) not in (int, float) or not THINNEST <= width <= FARTHEST:
        raise Problem(400, "`width`, that of the pen, must be a number above 0, in the unit of the points.")
    zoom = min(PEN / width, (LONGEST - 2 * PEN) / (size.max() or width))
    pen = max(1.0, width * zoom)
    corner = points.min(axis=0) - pen / zoom
    painted = [Stroke((line - corner) * zoom, pen) for line in strokes]
    width_px, height_px = np.ceil(size * zoom + 2 * pen).astype(int).tolist()
    return Drawing(paint(painted, (width_px, height_px)), painted, zoom, corner)


def _points(line: list[Any]) -> np.ndarray:
    """Return the points of a stroke, (p, 2) float64."""
    points = read_numbers(line)
    if points.ndim != 2 or points.shape[1] != 2 or not (np.abs(points) <= FARTHEST).all():
        raise Problem(400, f"A stroke must be a list of points [x, y], each number at most {FARTHEST:,.0f}.")
    return points
