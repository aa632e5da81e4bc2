"""Digits drawn with a pen, as strokes: read from a file, and varied as hands vary."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits.errors import DamagedFile

Digit = list[np.ndarray]
"""The strokes of one digit: (p, 2) float32 each, in a unit box centred on 0, x right, y down."""

TURN = 20.0  # degrees, either way
SHEAR = 0.3  # sideways lean per unit of height, either way
STRETCH = 0.25  # logarithm of the width, either way; the height shrinks as much
BEND = 0.05  # of the longest side, largest smooth displacement
JITTER = 0.006  # of the longest side, standard deviation of each point
REORDERED = 0.1
"""Fraction of the digits whose strokes come in another order, and of those with strokes the other way round. So the
network knows such paths; otherwise it would be sure of them, and wrong."""


@dataclass(frozen=True, eq=False)
class PenDigits:
    """The digits of a file."""

    digits: list[Digit]
    labels: np.ndarray
    """(n,) uint8, 0 to 9."""
    writers: np.ndarray
    """(n,) str, who drew each digit."""


def read_pen_digits(file: Path) -> PenDigits:
    """Read an .npz file of strokes.

    It holds points (P, 2), stroke_ends (cumulative points), digit_ends (cumulative strokes), labels (n,), and
    writers (n,), without which each digit counts as one writer's. Raises DamagedFile.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            strokes = np.split(arrays["points"], arrays["stroke_ends"][:-1])
            ends, labels = arrays["digit_ends"], arrays["labels"]
            writers = arrays["writers"] if "writers" in arrays else np.arange(len(labels)).astype(str)
    except (OSError, ValueError, KeyError) as error:
        raise DamagedFile(f"{file} is no file of pen digits ({type(error).__name__}: {error}).") from error
    starts = [0, *ends[:-1]]
    return PenDigits([strokes[start:end] for start, end in zip(starts, ends, strict=True)], labels, writers)


def vary(digit: Digit, rng: np.random.Generator) -> Digit:
    """Turn, slant, stretch, bend and shake a digit, and now and then draw its strokes in another order or direction."""
    angle, shear, stretch = rng.uniform(-1, 1, 3) * [np.radians(TURN), SHEAR, STRETCH]
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.array([[np.exp(stretch), 0], [shear, np.exp(-stretch)]]) @ turn
    waves, phase = rng.normal(0, 3, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    bend = rng.uniform(0, BEND)
    lines = [
        (line + bend * np.sin(line @ waves + phase) + rng.normal(0, JITTER, line.shape)) @ matrix for line in digit
    ]
    if rng.random() < REORDERED:
        lines = [lines[place] for place in rng.permutation(len(lines))]
    if rng.random() < REORDERED:
        lines = [line[::-1] if rng.random() < 0.7 else line for line in lines]
    return lines
