"""Drawings of digits: drawn with a pen where DIGITS_PENS names a file, else by the program."""

import os
from pathlib import Path

import numpy as np

from digits.inference.strokes import Stroke
from digits.starter.detector.making.hand import follow, vary
from digits.starter.detector.making.non_digits import DIGITS
from tests.benchmarks.pens.styles import CANVAS, STYLES, read_pen_digits


def drawings(count: int) -> list[list[Stroke]]:
    """Return `count` digits as strokes on a canvas of 384 px, by turns in all styles but tilted ones."""
    rng = np.random.default_rng(5)
    styles = [style for style in STYLES.values() if not style.tilt]
    return [_placed(lines, styles[number % len(styles)]) for number, lines in enumerate(_digits(count, rng))]


def _digits(count: int, rng: np.random.Generator) -> list[list[np.ndarray]]:
    if file := os.environ.get("DIGITS_PENS"):
        found = read_pen_digits(Path(file))[0]
        return [found[place] for place in rng.choice(len(found), count, replace=False)]
    paths = [path for digit in DIGITS.values() for path in digit]
    return [vary(follow(paths[number % len(paths)], rng), rng) for number in range(count)]


def _placed(lines: list[np.ndarray], style) -> list[Stroke]:
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = style.side / max((high - low).max(), 1e-6)
    return [Stroke((line - (low + high) / 2) * scale + np.array(style.centre), style.width) for line in lines]


SIDE = CANVAS
