"""Strokes that are common in handwriting but rare in MNIST: slashed zeros, hooked ones, barred sevens, bent nines.

A stroke variant is a function from the ink of a digit, x and y (k,) of its pixels from the top down, to the points of
one more stroke, (p, 2) in px.
"""

import cv2
import numpy as np

SIDE = 28  # px, a digit's side
PAD = 3  # px, empty rows above and below each digit of a mosaic; they keep its ink out of its neighbours


def add_stroke_variants(mosaic: np.ndarray, labels: np.ndarray, rng: np.random.Generator, fraction: float) -> None:
    """Draw the stroke of STROKE_VARIANTS on a fraction of the digits (n, 34, 28) uint8, in place."""
    for digit, variant in STROKE_VARIANTS.items():
        for cell in np.flatnonzero((labels == digit) & (rng.random(len(labels)) < fraction)):
            y, x = np.nonzero(mosaic[cell] > 127)
            if len(x):
                stroke = np.clip(variant(x, y, rng), [1, PAD], [SIDE - 2, PAD + SIDE - 2])
                points = np.rint(16 * stroke).astype(np.int32)  # in sixteenths of a px
                cv2.polylines(mosaic[cell], [points], False, 255, int(rng.integers(1, 3)), cv2.LINE_AA, shift=4)


def _slash(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slash a zero from corner to corner of the ink, or a little less or more."""
    from_middle = rng.uniform(0.6, 1.3) * np.array([np.ptp(x), -np.ptp(y)]) / 2 + rng.normal(0, 1, 2)
    middle = np.array([x.mean(), y.mean()])
    return np.stack([middle + from_middle, middle - from_middle])


def _foot(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give a one a flag at its head, a bar or a hook at its foot, or a flag and a bar."""
    head, foot = np.array([[x[0], y[0]], [x[-1], y[-1]]])  # the ink's pixels come from the top down
    reach, other_reach, drop = rng.uniform(2, 7, 3)
    flag = head + [-reach, min(1.2 * reach, drop)]
    bar = [foot - [reach, rng.normal(0, 0.7)], foot + [other_reach, rng.normal(0, 0.7)]]
    hook = [foot + [other_reach / 2, 0.5], foot + [other_reach, -0.4 * drop]]
    strokes = [flag, head, foot, *bar], [flag, head], bar, [foot, *hook]
    return np.stack(strokes[rng.integers(4)])


def _bar(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a bar across the stem of a seven."""
    level = np.quantile(y, rng.uniform(0.45, 0.75), method="nearest")
    stem = np.array([x[y == level].mean(), level])
    half = [rng.uniform(2.5, 7), rng.normal(0, 0.7)]
    return np.stack([stem - half, stem + half])


def _tail(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bend the tail of a nine to the left, or let its loop end to the right of its stem."""
    if rng.random() < 0.3:
        level = np.quantile(y, rng.uniform(0.35, 0.6), method="nearest")
        stem = np.array([x[y == level].max(), level])
        return np.stack([stem - [3, 0.5], stem + [rng.uniform(1, 4), rng.uniform(0.5, 2.5)]])
    foot, reach = np.array([x[-1], y[-1]]), rng.uniform(3, 9)
    return np.stack([foot, foot + [-reach / 2, 0.7], foot + [-reach, -rng.uniform(-0.5, 3)]])


STROKE_VARIANTS = {0: _slash, 1: _foot, 7: _bar, 9: _tail}
"""Digit -> (x, y of its ink, generator) -> (p, 2) points of the stroke to add."""
