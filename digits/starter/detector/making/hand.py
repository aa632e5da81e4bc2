"""Draw as a hand does: from a few points on a grid to the strokes of one wobbly drawing, and their ink."""

import numpy as np

from digits.inference import strokes as canvas

JITTER = 0.25  # of a grid step, standard deviation of each point
BEND = 0.4  # of a grid step, largest smooth displacement
CANVAS = 224  # px; larger drawings cost more and look the same once they are 28 x 28
SIDE = 110, 200  # px, longest side of a drawing
BRUSH = 0.03, 0.16  # of the side


def follow(path: str, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw a path of strokes, each a list of points "xy" on a grid of 10 x 10, with a slash between two strokes.

    A stroke that begins with ~ is round, others have corners. Returns (p, 2) float64 for each stroke, x to the right,
    y down, in grid steps.
    """
    lines = []
    for stroke in path.split("/"):
        points = np.array([[int(x), int(y)] for x, y in stroke.strip("~ ").split()], float)
        lines.append(curve(points + rng.normal(0, JITTER, points.shape), 3 if "~" in stroke else rng.integers(3)))
    return lines


def curve(points: np.ndarray, rounds: int) -> np.ndarray:
    """Round the corners of a line (p, 2) by cutting them off `rounds` times (Chaikin 1974); the ends stay."""
    for _ in range(rounds):
        first, second = points[:-1], points[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut[1:-1] if len(points) > 2 else cut[:0], points[-1:]])
    return points


def vary(lines: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Turn, slant, stretch and bend a drawing as hands do."""
    lines = [_dense(line) for line in lines]
    angle, shear, stretch = rng.normal(0, [0.12, 0.15, 0.15])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = turn @ [[np.exp(stretch), 0], [shear, np.exp(-stretch)]]
    waves, phase = rng.normal(0, 0.9, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    bend = rng.uniform(0, BEND)
    return [(line + bend * np.sin(line @ waves + phase)) @ matrix for line in lines]


def ink(lines: list[np.ndarray], rng: np.random.Generator, brush: tuple[float, float]) -> np.ndarray:
    """Paint strokes (p, 2) of any size in the middle of a canvas: (CANVAS, CANVAS) uint8, 0 = paper, 255 = ink."""
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    side = rng.uniform(*SIDE)
    scale = side / max((high - low).max(), 1e-6)
    width = max(2.0, side * rng.uniform(*brush))
    placed = [canvas.Stroke((line - (low + high) / 2) * scale + CANVAS / 2, width) for line in lines]
    return canvas.paint(placed, (CANVAS, CANVAS))


def _dense(line: np.ndarray) -> np.ndarray:
    """Return the line with points at most half a grid step apart, so that it can bend."""
    parts = [
        np.linspace(start, end, max(1, int(np.hypot(*(end - start)) / 0.5)), endpoint=False)
        for start, end in zip(line[:-1], line[1:], strict=True)
    ]
    return np.concatenate([*parts, line[-1:]])
