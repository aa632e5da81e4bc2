"""The known errors among the labels of MNIST's official test set, and a score that does not count them.

Fifteen labels that five raters outvoted: C. G. Northcutt, A. Athalye, J. Mueller, "Pervasive label errors in test sets
destabilize machine learning benchmarks" (2021), labelerrors.com.
"""

from typing import Any

from digits.evaluation.report import wilson_interval

KNOWN: dict[int, frozenset[int]] = {
    947: frozenset({9}),
    1621: frozenset({6}),
    1901: frozenset({4}),
    2130: frozenset({4, 9}),
    2462: frozenset({0}),
    2597: frozenset({3}),
    2654: frozenset(),
    3520: frozenset(),
    3558: frozenset({0}),
    5937: frozenset({3}),
    6651: frozenset({6}),
    6783: frozenset({6}),
    8527: frozenset({4, 9}),
    9679: frozenset(),
    9729: frozenset({6}),
}
"""Index into the 10,000 -> what the raters say it is: one digit, either of two, or, empty, no digit at all."""


def raters_say(index: int) -> str | None:
    """What the raters say that a digit of the official test set is, in words; None where they agree with its label."""
    if index not in KNOWN:
        return None
    return " or ".join(f"a {digit}" for digit in sorted(KNOWN[index])) or "no digit at all"


def corrected(report: dict[str, Any], labels) -> dict[str, Any]:
    """The score of a report on the official test set when the known errors are put right: {n, accuracy, interval}.

    labels: (10,000,) the given ones. What the raters call no digit is left out of n; either of two counts as right.
    """
    said = {row["index"]: row["predicted"] for row in report["misread"]}
    hits, n = report["n"] - len(report["misread"]), report["n"]
    for index, right in KNOWN.items():
        answer = said.get(index, int(labels[index]))
        hits += (answer in right) - (index not in said)
        n -= not right
    return {"n": n, "accuracy": hits / n, "interval": wilson_interval(hits, n)}
