"""Which digits of a test set to look at, and in which order.

Each gallery takes the labels (n,) and the probabilities (n, 10) of a test set and returns indices, the first to look
at first.
"""

import numpy as np

from digits.evaluation.label_errors import KNOWN


def mistakes(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The misread digits, the most confident mistake first."""
    confidence = probabilities.max(axis=1)
    return _in_order(-confidence, probabilities.argmax(axis=1) != labels)


def hardest(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """All digits, the one with the largest loss first: to whose label the network gives the least."""
    return _in_order(probabilities[np.arange(len(labels)), labels], np.ones(len(labels), bool))


def unsure(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The digits that were read right, the least confident answer first."""
    confidence = probabilities.max(axis=1)
    return _in_order(confidence, probabilities.argmax(axis=1) == labels)


def doubtful(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The digits of MNIST's official test set whose labels five raters outvoted; of no other test set."""
    return np.array(sorted(KNOWN))


GALLERIES = {"Mistakes": mistakes, "Hardest": hardest, "Unsure": unsure, "Doubtful labels": doubtful}


def narrowed(
    found: np.ndarray,
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    true: int | None = None,
    said: int | None = None,
    confidence: tuple[float, float] = (0, 1),
) -> np.ndarray:
    """Those of the indices `found` with that label, that answer, and a confidence within the limits; order is kept."""
    answers, sure = probabilities[found].argmax(axis=1), probabilities[found].max(axis=1)
    fits = (confidence[0] <= sure) & (sure <= confidence[1] + 1e-6)  # float32 rounds 1 up at times
    if true is not None:
        fits &= labels[found] == true
    if said is not None:
        fits &= answers == said
    return found[fits]


def _in_order(key: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The indices where `among`, the smallest key first."""
    found = np.flatnonzero(among)
    return found[np.argsort(key[found], kind="stable")]
