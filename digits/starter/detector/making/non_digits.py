"""Drawings that are not digits, of many kinds, each as a hand draws it on the canvas."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from digits.starter.detector.making.hand import BRUSH, curve, follow, ink, vary

Drawer = Callable[[np.random.Generator], list[np.ndarray]]
DIGITS, LETTERS, SIGNS, HELD_OUT = json.loads(Path(__file__).with_name("glyphs.json").read_text("utf-8")).values()
"""Name -> its paths as hands write it, in the notation of `follow`. The detector never learns those of HELD_OUT."""
TWINS = "OoDQIl|iZzyYSsbGBgq"
"""Letters that people write like a digit. Accepting them is no error, so the detector does not learn them."""
BLOT = 0.3, 0.6  # of a blot's side, its brush


def draw(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Draw a "digit", or one of a kind in KINDS or HELD_OUT_KINDS: (224, 224) uint8, 0 = paper, 255 = ink."""
    return paint(kind, strokes(kind, rng), rng)


def strokes(kind: str, rng: np.random.Generator) -> list[np.ndarray]:
    """Return the strokes of one drawing of a kind, (p, 2) float64 each."""
    drawer = digit if kind == "digit" else (KINDS | HELD_OUT_KINDS)[kind]
    return vary(drawer(rng), rng)


def paint(kind: str, lines: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Paint the strokes of a drawing of a kind, as `draw` does."""
    return ink(lines, rng, BLOT if kind == "blot" else BRUSH)


def _scribble(rng: np.random.Generator) -> list[np.ndarray]:
    """A wandering pen; with fewer turns it might make a digit."""
    return [curve(rng.uniform(0, 5, (rng.integers(8, 16), 2)), 3)]


def _zigzag(rng: np.random.Generator) -> list[np.ndarray]:
    """To and fro, at least five times, along any direction."""
    turns = rng.integers(6, 14)
    points = np.stack([np.linspace(0, 5, turns), np.tile([0.0, rng.uniform(1, 5)], 7)[:turns]], axis=1)
    return [curve(_turned(points + rng.normal(0, 0.2, points.shape), rng.uniform(0, np.pi)), rng.integers(3))]


def _loops(rng: np.random.Generator) -> list[np.ndarray]:
    """Curls beside each other, as one tries a pen."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(3, 6), 80)
    step = rng.uniform(0.15, 0.6)
    return [np.stack([step * angle + 1.5 * np.cos(angle), 2 * np.sin(angle)], axis=1) + rng.normal(0, 0.05, (80, 2))]


def _dash(rng: np.random.Generator) -> list[np.ndarray]:
    """One flat line, straight or bent; a steep one might be a one."""
    points = np.array([[0, 0], [1.5, 0], [3, 0]]) + rng.normal(0, 0.2, (3, 2))
    return [curve(_turned(points, np.deg2rad(rng.uniform(-30, 30))), 3)]


def _dots(rng: np.random.Generator) -> list[np.ndarray]:
    """One to six dots; two of them short strokes might be a line."""
    places = rng.uniform(0, 5, (rng.integers(1, 7), 1, 2))
    return [place + rng.normal(0, 0.1 if len(places) > 2 else 0, (2, 2)) for place in places]


def _jumble(rng: np.random.Generator) -> list[np.ndarray]:
    """Three to five lines, arcs and circles anywhere, unlike the other kinds."""
    lines = []
    for _ in range(rng.integers(3, 6)):
        if rng.random() < 0.4:
            lines.append(rng.uniform(0, 5, (2, 2)))
        else:
            angle = rng.uniform(0, 2 * np.pi) + np.linspace(0, rng.choice([0.5, 1, 2]) * np.pi, 20)
            radius = rng.uniform(0.3, 2, 2)
            lines.append(rng.uniform(0, 5, 2) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return lines


def _one_of(table: dict[str, list[str]]) -> Drawer:
    return lambda rng: follow(str(rng.choice(table[rng.choice(list(table))])), rng)


digit = _one_of(DIGITS)


def _two_digits(rng: np.random.Generator) -> list[np.ndarray]:
    """Two digits side by side, as in a number."""
    return digit(rng) + [line + [rng.uniform(4.5, 7), rng.normal(0, 0.5)] for line in digit(rng)]


def _overlaid(rng: np.random.Generator) -> list[np.ndarray]:
    """A four over another digit; a three over a six might be an eight."""
    four, other = (_one_of({name: DIGITS[name] for name in names})(rng) for names in ("4", "23568"))
    return four + [line + rng.normal(0, 0.5, 2) for line in other]


def _turned(points: np.ndarray, angle: float) -> np.ndarray:
    return points @ [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]


KINDS: dict[str, Drawer] = {
    "scribble": _scribble,
    "zigzag": _zigzag,
    "loops": _loops,
    "dash": _dash,
    "dots": _dots,
    "blot": _scribble,
    "jumble": _jumble,
    "sign": _one_of(SIGNS),
    "letter": _one_of(LETTERS),
    "two digits": _two_digits,
    "overlaid": _overlaid,
}
"""What the detector learns from: kind -> a function that draws the strokes of one."""

HELD_OUT_KINDS: dict[str, Drawer] = {"doodle": _one_of(HELD_OUT)}
"""What it never learns from."""
