"""Pen digits and the styles in which they are painted on the canvas.

The digits are strokes recorded with a pen on tablets (UNIPEN and the like), painted as the browser paints them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits.errors import DamagedFile
from digits.inference.strokes import Stroke
from digits.inference.strokes import paint as paint_strokes

CANVAS = 384  # px

Digit = list[np.ndarray]
"""The strokes of one digit: (p, 2) float32 each, in a unit box centred on 0, x right, y down."""


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
    """Return the digits and their labels (n,) uint8.

    file: .npz with points (P, 2), stroke_ends (cumulative points), digit_ends (cumulative strokes) and labels (n,).
    Raises DamagedFile.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            strokes = np.split(arrays["points"], arrays["stroke_ends"][:-1])
            ends, labels = arrays["digit_ends"], arrays["labels"]
    except (OSError, ValueError, KeyError) as error:
        raise DamagedFile(f"{file} is no file of pen digits ({type(error).__name__}: {error}).") from error
    starts = [0, *ends[:-1]]
    return [strokes[start:end] for start, end in zip(starts, ends, strict=True)], labels


def paint(digit: Digit, style: Style) -> np.ndarray:
    """Paint one digit: (384, 384) uint8, 0 = paper, 255 = ink; round ends, anti-aliased."""
    angle = np.deg2rad(style.tilt)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = np.concatenate(digit) @ turn
    low, high = points.min(axis=0), points.max(axis=0)
    scale = style.side / max((high - low).max(), 1e-6)
    placed = [(stroke @ turn - (low + high) / 2) * scale + style.centre for stroke in digit]
    return paint_strokes([Stroke(line, style.width) for line in placed], (CANVAS, CANVAS))
