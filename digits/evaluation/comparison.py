"""Whether one model is better than another, or only luckier with this test set."""

from dataclasses import dataclass

import numpy as np

SIGNIFICANT = 0.05  # a p-value under this is called more than chance


@dataclass(frozen=True)
class Mcnemar:
    """McNemar's test of two models on the same digits: only those count that one of them alone reads right."""

    only_first: int
    only_second: int
    p_value: float
    """How often two equally good models would part the digits as unevenly or more, 0 to 1."""

    @property
    def is_significant(self) -> bool:
        """Whether the difference is more than chance would explain."""
        return self.p_value < SIGNIFICANT


def mcnemar(first_right: np.ndarray, second_right: np.ndarray) -> Mcnemar:
    """The exact test (McNemar, Psychometrika 12, 1947; binomial as in Dietterich, Neural Computation 10, 1998).

    first_right, second_right: (n,) bool, whether each of the two models reads each digit right.
    """
    from scipy.stats import binomtest  # in here, because it takes half a second to import

    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    parted = only_first + only_second
    p_value = float(binomtest(only_first, parted).pvalue) if parted else 1.0
    return Mcnemar(only_first, only_second, p_value)


def disagreements(labels: np.ndarray, first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
    """The indices of the digits that two models read differently: which of them is right -> indices.

    labels: (n,); first, second: (n, 10) probabilities. The keys are first, second and neither; within one, the digits
    come first on which the models are the surest together.
    """
    answers, others = first.argmax(axis=1), second.argmax(axis=1)
    parted = np.flatnonzero(answers != others)
    parted = parted[np.argsort(-(first.max(axis=1) + second.max(axis=1))[parted], kind="stable")]
    right, other_right = answers[parted] == labels[parted], others[parted] == labels[parted]
    return {"first": parted[right], "second": parted[other_right], "neither": parted[~right & ~other_right]}
