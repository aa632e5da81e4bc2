"""Choose digits of a test set to look at, and their order.

Each gallery takes the labels (n,) and the probabilities (n, 10) of a test set and returns indices in the order of
interest.
"""

import numpy as np

from digits.evaluation.label_errors import KNOWN


def mistakes(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the misclassified digits, the most confident mistake first."""
    confidence = probabilities.max(axis=1)
    return _in_order(-confidence, probabilities.argmax(axis=1) != labels)


def hardest(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return all digits, the one with the largest loss first: its label has the smallest probability."""
    return _in_order(probabilities[np.arange(len(labels)), labels], np.ones(len(labels), bool))


def unsure(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the correctly predicted digits, the least confident first."""
    confidence = probabilities.max(axis=1)
    return _in_order(confidence, probabilities.argmax(axis=1) == labels)


def doubtful(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the digits of MNIST's official test set whose labels five raters outvoted; for no other test set."""
    return np.array(sorted(KNOWN))


GALLERIES = {"Mistakes": mistakes, "Hardest": hardest, "Unsure": unsure, "Doubtful labels": doubtful}


def narrowed(
    found: np.ndarray,
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    label: int | None = None,
    predicted: int | None = None,
    confidence: tuple[float, float] = (0, 1),
) -> np.ndarray:
    """Return those of the indices `found` with that label, that prediction and a confidence within the limits."""
    predictions, highest = probabilities[found].argmax(axis=1), probabilities[found].max(axis=1)
    fits = (confidence[0] <= highest) & (highest <= confidence[1] + 1e-6)  # float32 sometimes rounds 1 up
    if label is not None:
        fits &= labels[found] == label
    if predicted is not None:
        fits &= predictions == predicted
    return found[fits]


def _in_order(key: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return the indices where `among` is true, the smallest key first."""
    found = np.flatnonzero(among)
    return found[np.argsort(key[found], kind="stable")]
