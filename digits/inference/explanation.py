"""Why this answer: what the network would say if a part of the digit were not there.

Both questions are asked with log-odds, the logarithm of p / (1 - p): at 99.9 % a probability hardly moves any more,
however much of the evidence is taken away.
"""

from collections.abc import Callable

import numpy as np

from digits.inference.recognizer import SIDE, Recognizer

PATCH = 5  # px, side of the square of paper that is laid on the digit
STEP = 2  # px, from one place of it to the next
SURE = 1e-6  # probabilities are held this far from 0 and 1, so that their odds stay finite


def occlusion(image: np.ndarray, recognizer: Recognizer) -> np.ndarray:
    """How much each place speaks for the answer: the fall of its log-odds when a patch of paper covers the place.

    After Zeiler and Fergus, "Visualizing and understanding convolutional networks" (ECCV 2014), section 4.2.
    image: (28, 28) uint8. Returns (28, 28) float32, the mean over the patches that cover a pixel: positive where ink
    speaks for the answer, negative where it speaks against it, 0 where there is no ink to cover.
    """
    corners = [
        (row, column)
        for row in range(0, SIDE - PATCH + 1, STEP)
        for column in range(0, SIDE - PATCH + 1, STEP)
        if image[row : row + PATCH, column : column + PATCH].any()
    ]
    covered = np.repeat(image[np.newaxis], len(corners) + 1, axis=0)  # the last one stays as it is
    for cover, (row, column) in zip(covered, corners, strict=False):
        cover[row : row + PATCH, column : column + PATCH] = 0
    probabilities = recognizer.probabilities(covered)
    odds = log_odds(probabilities[:, probabilities[-1].argmax()])
    fall, count = np.zeros((2, SIDE, SIDE), np.float32)
    for (row, column), less in zip(corners, odds[-1] - odds[:-1], strict=True):
        patch = np.s_[row : row + PATCH, column : column + PATCH]
        fall[patch] += less
        count[patch] += 1
    return fall / np.maximum(count, 1)


def without_each(parts: list, read: Callable[[list], np.ndarray]) -> np.ndarray:
    """The probabilities with each part left out: (n, 10) float32 for n parts.

    read: what turns a list of parts into ten probabilities.
    """
    return np.stack([read(parts[:left_out] + parts[left_out + 1 :]) for left_out in range(len(parts))])


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """The logarithm of p / (1 - p), any shape; finite."""
    held = np.clip(probabilities, SURE, 1 - SURE)
    return np.log(held / (1 - held))
