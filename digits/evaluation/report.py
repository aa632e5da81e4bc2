"""The numbers of an evaluation, from labels and probabilities. The metrics are scikit-learn's."""

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

DIGITS = range(10)
CONFIDENCE = 0.95


def wilson_interval(num_correct: int, n: int) -> list[float]:
    """Return Wilson's 95% interval of a fraction, two floats 0 to 1 (Wilson, Probable inference, 1927).

    Not SciPy's, which takes half a second to import: the Evaluate page computes intervals while a slider moves.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    fraction, spread = num_correct / n, z * z / n
    half = sqrt(spread * fraction * (1 - fraction) + spread * spread / 4)
    low, high = ((fraction + spread / 2 + side * half) / (1 + spread) for side in (-1, 1))
    return [max(0.0, low), min(1.0, high)]


def report(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    """Return how good the predictions of a network are.

    labels: (n,) integers 0 to 9; probabilities: (n, 10) floats, each row summing to 1.
    The result has plain values for JSON: n, accuracy (0 to 1), interval (two floats, Wilson's 95%), loss (mean negative
    log-likelihood in nats), confusion (10 x 10 counts, rows = label, columns = prediction), per_digit (a row for each
    digit: digit, precision, recall, f1, support) and misclassified (a row for each such digit, the most confident
    first: index into the test set, label, predicted, confidence).
    """
    # Imported here because scikit-learn takes a second, and the pages only read stored reports.
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1).astype(float)
    num_correct = int((predicted == labels).sum())
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=list(DIGITS), zero_division=0
    )
    wrong = np.flatnonzero(predicted != labels)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    # In double precision and renormalised, because rounding keeps float32 rows from summing to 1.
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    return {
        "n": len(labels),
        "accuracy": num_correct / len(labels),
        "interval": wilson_interval(num_correct, len(labels)),
        "loss": float(log_loss(labels, exact, labels=list(DIGITS))),
        "confusion": confusion_matrix(labels, predicted, labels=list(DIGITS)).tolist(),
        "per_digit": as_rows(digit=DIGITS, precision=precision, recall=recall, f1=f1, support=support),
        "misclassified": as_rows(
            index=wrong, label=labels[wrong], predicted=predicted[wrong], confidence=confidence[wrong].round(4)
        ),
    }


def largest_confusion(counts: list[list[int]]) -> tuple[int, int, int] | None:
    """Return the label, the prediction and the number of the most frequent mistake; None without any mistake.

    counts: the confusion matrix of a report.
    """
    mistakes = np.array(counts) * (1 - np.eye(len(counts), dtype=int))
    label, predicted = divmod(int(mistakes.argmax()), len(counts))
    n = int(mistakes[label, predicted])
    return (label, predicted, n) if n else None


def as_rows(**columns) -> list[dict[str, Any]]:
    """Return a row of plain values for each item of the columns, sequences or arrays of equal length."""
    values = (np.asarray(column).tolist() for column in columns.values())
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
