"""The prediction of every digit of a test set, for the tabs that need more than the report."""

import numpy as np

from digits.evaluation import evaluate
from digits.evaluation.test_sets import TestSet
from digits.runs.run import Run
from pages.shared import evaluation
from pages.shared.errors import told
from pages.shared.prepare import prepared

WHY = "The scores are here, but not the prediction of each digit. It takes some seconds to compute them."


def load(run: Run, chosen: TestSet) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return images (n, 28, 28) uint8, labels (n,) and probabilities (n, 10); None while these are to be computed.

    What is missing can be had here. Without the digits themselves the page ends.
    """
    dataset = prepared(chosen.source)
    with told():
        images, labels = chosen.take(dataset)
        probabilities = evaluate.probabilities(run, chosen)
    if probabilities is None:
        evaluation.offer(run, chosen, why=WHY, action="Predict the test digits")
        return None
    return images, labels, probabilities
