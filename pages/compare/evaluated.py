"""The digits on which the chosen runs can be compared, and what each of them answered."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from digits.evaluation import evaluate
from digits.evaluation.test_sets import TestSet, test_sets
from digits.runs.run import Run
from pages.shared import background
from pages.shared.errors import told
from pages.shared.prepare import prepared


@dataclass(frozen=True)
class Judged:
    """The same test set, read by every run."""

    chosen: TestSet
    images: np.ndarray
    """(n, 28, 28) uint8."""
    labels: np.ndarray
    """(n,)."""
    reports: dict[str, dict]
    """Of each run, by its letter."""
    probabilities: dict[str, np.ndarray]
    """(n, 10) of each run, by its letter."""


def on_the_same_digits(named: dict[str, Run]) -> Judged | None:
    """Let the user choose a test set that is fair to all; where a run has not read it, offer that, and return None."""
    if without := [letter for letter, run in named.items() if not run.has_model]:
        st.info(
            f"{', '.join(without)} has no finished model to be judged. Its curves are under Curves.",
            icon=":material/info:",
        )
        return None
    sets = _fair_to_all(list(named.values()))
    if not sets:
        st.info(
            "There is no test set that none of these runs has learned from, so no comparison would be fair.",
            icon=":material/info:",
        )
        return None
    name = st.segmented_control("Test set", list(sets), default=next(iter(sets)), required=True, key="compare_test")
    chosen = sets[name]
    st.caption(chosen.title)
    dataset = prepared(chosen.source)
    with told():
        missing = [letter for letter, run in named.items() if not _has_read(run, chosen)]
        for letter in missing:
            background.done(
                evaluate.job(named[letter], chosen.name),
                why=f"Only runs that have read the same digits can be compared. **{letter}** has not read those of "
                f"{chosen.title} yet; it takes some seconds.",
                action=f"Evaluate {letter}",
                icon=":material/fact_check:",
            )
        if missing:
            return None
        images, labels = chosen.take(dataset)
        reports = {letter: evaluate.stored(run, chosen) for letter, run in named.items()}
        probabilities = {letter: evaluate.probabilities(run, chosen) for letter, run in named.items()}
    return Judged(chosen, images, labels, reports, probabilities)


def _fair_to_all(chosen: list[Run]) -> dict[str, TestSet]:
    """The test sets of which no run has learned a digit, by name; first the one that most runs have read already."""
    common = [found for found in test_sets(chosen[0].config) if all(found in test_sets(run.config) for run in chosen)]
    common.sort(key=lambda found: -sum(evaluate.job(run, found.name).result.exists() for run in chosen))
    return {found.name: found for found in common}


def _has_read(run: Run, chosen: TestSet) -> bool:
    there = evaluate.job(run, chosen.name).progress().state == "done"
    return there and evaluate.stored(run, chosen) is not None and evaluate.probabilities(run, chosen) is not None
