"""Numbers from labels and probabilities. The metrics are scikit-learn's."""

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

DIGITS = range(10)
CONFIDENCE = 0.95


def wilson_interval(hits: int, n: int) -> list[float]:
    """Wilson's 95 % interval of a share, two floats 0 to 1 (Wilson, Probable inference, 1927).

    Not SciPy's, which takes half a second to import: the Evaluate page shows intervals that nobody has stored.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share, spread = hits / n, z * z / n
    half = sqrt(spread * share * (1 - share) + spread * spread / 4)
    low, high = ((share + spread / 2 + side * half) / (1 + spread) for side in (-1, 1))
    return [max(0.0, low), min(1.0, high)]


def report(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    """Judge the answers of a network.

    labels: (n,) integers 0 to 9; probabilities: (n, 10) floats, each row summing to 1.
    Returns plain values for JSON: n, accuracy (0 to 1), interval (two floats, Wilson's 95 %), loss (mean negative
    log-likelihood in nats), confusion (10 x 10 counts, rows = true digit, columns = answer), per_digit (a row per
    digit: digit, precision, recall, f1, support) and misread (a row per error, the most confident first: index into
    the test set, label, predicted, confidence).
    """
    # In here because scikit-learn takes a second to import and the pages only read what this function has stored.
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    hits = int((predicted == labels).sum())
    columns = precision_recall_fscore_support(labels, predicted, labels=list(DIGITS), zero_division=0)
    wrong = np.flatnonzero(predicted != labels)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")]
    # In double precision and renormalised, because float32 rows miss 1 by rounding.
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    return {
        "n": len(labels),
        "accuracy": hits / len(labels),
        "interval": wilson_interval(hits, len(labels)),
        "loss": float(log_loss(labels, exact, labels=list(DIGITS))),
        "confusion": confusion_matrix(labels, predicted, labels=list(DIGITS)).tolist(),
        "per_digit": [
            {"digit": d, "precision": float(p), "recall": float(r), "f1": float(f), "support": int(n)}
            for d, p, r, f, n in zip(DIGITS, *columns, strict=True)
        ],
        "misread": [
            {
                "index": int(i),
                "label": int(labels[i]),
                "predicted": int(predicted[i]),
                "confidence": round(float(confidence[i]), 4),
            }
            for i in wrong
        ],
    }
