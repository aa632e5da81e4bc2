"""The known label errors of MNIST's official test set, and a score without them.

Fifteen labels that five raters outvoted: C. G. Northcutt, A. Athalye, J. Mueller, "Pervasive label errors in test sets
destabilize machine learning benchmarks" (2021), labelerrors.com.
"""

from typing import Any

from digits.evaluation.report import wilson_interval

KNOWN: dict[int, set[int]] = {
    947: {9}, 1621: {6}, 1901: {4}, 2130: {4, 9}, 2462: {0}, 2597: {3}, 2654: set(), 3520: set(),
    3558: {0}, 5937: {3}, 6651: {6}, 6783: {6}, 8527: {4, 9}, 9679: set(), 9729: {6},
}  # fmt: skip
"""Index into the 10,000 -> label by the raters: one digit, either of two, or, if empty, no digit at all."""


def raters_label(index: int) -> str | None:
    """Return the raters' label of a digit of the official test set, in words; None if they agree with its label."""
    if index not in KNOWN:
        return None
    return " or ".join(f"a {digit}" for digit in sorted(KNOWN[index])) or "no digit at all"


def corrected(report: dict[str, Any], labels) -> dict[str, Any]:
    """Return the score of a report on the official test set with the known errors corrected: {n, accuracy, interval}.

    labels: (10,000,) as given. Digits that the raters call no digit are left out of n; either of two labels is correct.
    """
    misclassified = {row["index"]: row["predicted"] for row in report["misclassified"]}
    num_correct, n = report["n"] - len(misclassified), report["n"]
    for index, correct_labels in KNOWN.items():
        predicted = misclassified.get(index, int(labels[index]))
        num_correct += (predicted in correct_labels) - (index not in misclassified)
        n -= not correct_labels
    return {"n": n, "accuracy": num_correct / n, "interval": wilson_interval(num_correct, n)}
