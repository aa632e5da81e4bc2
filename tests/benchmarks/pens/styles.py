"""Pen digits and the styles in which they are painted on the canvas.

The digits are strokes recorded with a pen on tablets (UNIPEN and the like), painted as the browser paints them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits.inference.strokes import Stroke
from digits.inference.strokes import paint as paint_strokes
from digits.starter.path.making.pens import Digit
from digits.starter.path.making.pens import read_pen_digits as pens_of_writers

CANVAS = 384  # px


@dataclass(frozen=True, kw_only=True)
class Style:
    """One way to draw a digit on the canvas."""

    side: float = 240
    """px, longest side of the pen's path."""
    width: int = 24
    """px, of the brush."""
    centre: tuple[float, float] = (CANVAS / 2, CANVAS / 2)
    tilt: float = 0.0
    """Degrees, clockwise on the screen."""


STYLES = {
    "normal": Style(),
    "thin": Style(width=9),
    "thick": Style(width=40),
    "corner": Style(side=CANVAS / 4, width=12, centre=(80, 80)),
    "filling": Style(side=350),
    "filling thinly": Style(side=366, width=9),
    "tilted right": Style(tilt=12),
    "tilted left": Style(tilt=-12),
}


def read_pen_digits(file: Path) -> tuple[list[Digit], np.ndarray]:
    """Return the digits and their labels (n,) uint8, see `digits.starter.path.making.pens`. Raises DamagedFile."""
    pens = pens_of_writers(file)
    return pens.digits, pens.labels


def place(digit: Digit, style: Style) -> Digit:
    """Turn one digit and put it on the canvas: its strokes in px, (p, 2) each."""
    angle = np.deg2rad(style.tilt)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = np.concatenate(digit) @ turn
    low, high = points.min(axis=0), points.max(axis=0)
    scale = style.side / max((high - low).max(), 1e-6)
    return [(stroke @ turn - (low + high) / 2) * scale + style.centre for stroke in digit]


def paint(digit: Digit, style: Style) -> np.ndarray:
    """Paint one digit: (384, 384) uint8, 0 = paper, 255 = ink; round ends, anti-aliased."""
    return paint_strokes([Stroke(line, style.width) for line in place(digit, style)], (CANVAS, CANVAS))
