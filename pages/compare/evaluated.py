"""The test set on which the chosen runs can be compared, and what each of them predicts there."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from digits.evaluation import evaluate
from digits.evaluation.test_sets import TITLES, TestSet, test_sets
from digits.runs.run import Run
from pages.shared import evaluation, links
from pages.shared.errors import told
from pages.shared.prepare import prepared


@dataclass(frozen=True)
class Evaluated:
    """The same test set, images (n, 28, 28) uint8 and labels (n,), predicted by every run."""

    chosen: TestSet
    images: np.ndarray
    labels: np.ndarray
    reports: dict[str, dict]
    probabilities: dict[str, np.ndarray]
    """(n, 10) of each run, by its letter, as the reports."""


def on_the_same_digits(named: dict[str, Run]) -> Evaluated | None:
    """Let the user choose a test set that is fair to all runs; None while something is missing, which is offered.

    named: the runs by their letters.
    """
    if without := [letter for letter, run in named.items() if run.model is None]:
        which = f"{', '.join(without)} {'has' if len(without) == 1 else 'have'}"
        st.info(f"{which} no finished model to evaluate yet. The tab Curves shows every run.", icon=":material/info:")
        return None
    sets = _fair_to_all(*named.values())
    if not sets:
        st.info(
            "Each test set has digits that one of these runs has learned from, so no comparison would be fair.",
            icon=":material/info:",
        )
        return None
    chosen = sets[links.choose("Test set", "test", "compare_test", {name: TITLES[name] for name in sets})]
    st.caption(chosen.title)
    dataset = prepared(chosen.source)
    with told():
        reports = {letter: evaluate.stored(run, chosen) for letter, run in named.items()}
        probabilities = {letter: evaluate.probabilities(run, chosen) for letter, run in named.items()}
        missing = [letter for letter in named if reports[letter] is None or probabilities[letter] is None]
        for letter in missing:
            why = f"To compare **{letter}**, evaluate it on {chosen.title}. It takes some seconds."
            evaluation.offer(named[letter], chosen, why=why, action=f"Evaluate {letter}", name=letter)
        if missing:
            return None
        images, labels = chosen.take(dataset)
    return Evaluated(chosen, images, labels, reports, probabilities)


def _fair_to_all(first: Run, *others: Run) -> dict[str, TestSet]:
    """Return the test sets from which no run has learned, by name; the one on which most are evaluated first."""
    common = [found for found in test_sets(first.settings) if all(found in test_sets(run.settings) for run in others)]
    common.sort(key=lambda found: sum(evaluate.stored(run, found) is None for run in (first, *others)))
    return {found.name: found for found in common}
