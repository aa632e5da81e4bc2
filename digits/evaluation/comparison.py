"""Compare two models on the same digits: is one better, or only luckier with this test set?"""

from dataclasses import dataclass

import numpy as np

SIGNIFICANT = 0.05  # a difference with a smaller p-value is more than chance


@dataclass(frozen=True)
class Mcnemar:
    """McNemar's test of two models: only digits count that exactly one of them predicts correctly."""

    only_first: int
    only_second: int
    p_value: float
    """How often two equally good models would differ at least as much, 0 to 1."""

    @property
    def is_significant(self) -> bool:
        """Whether the difference is more than chance explains."""
        return self.p_value < SIGNIFICANT


def mcnemar(first_correct: np.ndarray, second_correct: np.ndarray) -> Mcnemar:
    """Return the exact test (McNemar, Psychometrika 12, 1947; binomial as in Dietterich, Neural Computation 10, 1998).

    first_correct, second_correct: (n,) bool, whether each model predicts each digit correctly.
    """
    from scipy.stats import binomtest  # here because it takes half a second to import

    only_first = int((first_correct & ~second_correct).sum())
    only_second = int((second_correct & ~first_correct).sum())
    num_different = only_first + only_second
    p_value = float(binomtest(only_first, num_different).pvalue) if num_different else 1.0
    return Mcnemar(only_first, only_second, p_value)


def disagreements(labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
    """Return the indices of the digits for which two models predict differently, by which of them is correct.

    labels: (n,); first, second: (n, 10) probabilities. The keys are first, second and neither; in each, digits with the
    greatest sum of both confidences come first.
    """
    predicted, other_predicted = first.argmax(axis=1), second.argmax(axis=1)
    found = np.flatnonzero(predicted != other_predicted)
    found = found[np.argsort(-(first.max(axis=1) + second.max(axis=1))[found], kind="stable")]
    is_correct, other_is_correct = predicted[found] == labels[found], other_predicted[found] == labels[found]
    neither = ~is_correct & ~other_is_correct
    return {"first": found[is_correct], "second": found[other_is_correct], "neither": found[neither]}
