"""Which of some runs is best, and whether that is more than chance, in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits.evaluation.comparison import Mcnemar, mcnemar


@dataclass(frozen=True)
class Differences:
    """The best of some models, and how it differs from each of the others."""

    best: int
    """Its place among the models; the first of equals."""
    others: dict[int, Mcnemar]
    """By their places; the best is the first model of each test."""


def differences(correct: Sequence[np.ndarray]) -> Differences:
    """Return the best of two or more models. correct: (n,) bool of each, which digits it predicts correctly."""
    best = int(np.argmax([rows.sum() for rows in correct]))
    tests = {place: mcnemar(correct[best], rows) for place, rows in enumerate(correct) if place != best}
    return Differences(best, tests)


def conclude(names: Sequence[str], found: Differences) -> str:
    """Return the conclusion for people. names: what the models are called, in their order."""
    best = names[found.best]
    beaten = [names[place] for place, test in found.others.items() if test.is_significant]
    unclear = [names[place] for place, test in found.others.items() if not test.is_significant]
    if not beaten and not any(test.only_first + test.only_second for test in found.others.values()):
        return f"{_listed(names)} predict the same digits correctly."
    level = [names[place] for place, test in found.others.items() if test.only_first == test.only_second]
    unclear = [name for name in unclear if name not in level]
    if beaten and level:
        others = f"; its lead over {_listed(unclear)} may be chance" if unclear else ""
        return f"{best} is better than {_listed(beaten)}, and as accurate as {_listed(level)}{others}."
    if beaten:
        lead = (
            f"but its lead over {_listed(unclear)} may be chance"
            if unclear
            else "and the difference is more than chance"
        )
        return f"{best} is better than {_listed(beaten)}, {lead}."
    if level:
        equal = _listed([best, *level])
        if not unclear:
            return f"{equal} are equally accurate, but not on the same digits."
        return f"{equal} have the highest accuracy, but their lead may be chance."
    if len(names) == 2:
        return f"The difference between {names[0]} and {names[1]} may be chance."
    return f"{best} has the highest accuracy, but its lead may be chance."


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
