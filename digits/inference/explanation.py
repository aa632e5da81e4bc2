"""Explain a prediction: what would the network predict without a part of the digit?

Differences are measured in log-odds, the logarithm of p / (1 - p): near 100% a probability hardly moves, even when much
of the evidence is taken away.
"""

from collections.abc import Callable

import numpy as np

from digits.inference.net import SIDE
from digits.inference.recognizer import Recognizer

PATCH = 5  # px, side of the square of paper that covers a part of the digit
STEP = 2  # px, from one place of the patch to the next
EPSILON = 1e-6  # probabilities are kept this far from 0 and 1, so that their odds stay finite


def occlusion(image: np.ndarray, recognizer: Recognizer) -> np.ndarray:
    """Return how much each place supports the prediction: the drop of its log-odds when a patch of paper covers it.

    After Zeiler and Fergus, "Visualizing and understanding convolutional networks" (ECCV 2014), section 4.2.
    image: (28, 28) uint8. Returns (28, 28) float32, the mean over the patches that cover a pixel: positive where ink
    supports the prediction, negative where it opposes it, 0 where there is no ink to cover.
    """
    corners = [
        (row, column)
        for row in range(0, SIDE - PATCH + 1, STEP)
        for column in range(0, SIDE - PATCH + 1, STEP)
        if image[row : row + PATCH, column : column + PATCH].any()
    ]
    covered = np.repeat(image[np.newaxis], len(corners) + 1, axis=0)  # the last one is not covered
    for cover, (row, column) in zip(covered, corners, strict=False):
        cover[row : row + PATCH, column : column + PATCH] = 0
    probabilities = recognizer.probabilities(covered)
    odds = log_odds(probabilities[:, probabilities[-1].argmax()])
    drop, count = np.zeros((2, SIDE, SIDE), np.float32)
    for (row, column), lost in zip(corners, odds[-1] - odds[:-1], strict=True):
        patch = np.s_[row : row + PATCH, column : column + PATCH]
        drop[patch] += lost
        count[patch] += 1
    return drop / np.maximum(count, 1)


def without_each(parts: list, predict: Callable[[list], np.ndarray]) -> np.ndarray:
    """Return the probabilities with each part left out: (n, 10) float32 for n parts.

    predict: turns a list of parts into ten probabilities.
    """
    return np.stack([predict(parts[:left_out] + parts[left_out + 1 :]) for left_out in range(len(parts))])


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Return the logarithm of p / (1 - p), any shape; finite."""
    clipped = np.clip(probabilities, EPSILON, 1 - EPSILON)
    return np.log(clipped / (1 - clipped))
