"""The test set on which the chosen runs can be compared, and what each of them predicts there."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from digits import tasks
from digits.data.dataset import is_available
from digits.evaluation import evaluate
from digits.evaluation.test_sets import TITLES, TestSet, test_sets
from digits.runs.run import Run
from digits.tasks import COMPUTING
from pages.shared import evaluation, links
from pages.shared.errors import attempt, told
from pages.shared.pickers import run_label
from pages.shared.prepare import prepared
from pages.shared.visitor import owner


@dataclass(frozen=True)
class Evaluated:
    """The same test set, images (n, 28, 28) uint8 and labels (n,), predicted by every run, in the order of these."""

    chosen: TestSet
    images: np.ndarray
    labels: np.ndarray
    reports: list[dict]
    probabilities: list[np.ndarray]
    """(n, 10) of each run."""


def on_the_same_digits(runs: list[Run]) -> Evaluated | None:
    """Let the user choose a test set that is fair to all runs; None while something is missing, which is offered."""
    if any(run.model is None for run in runs):
        st.info("A run has no model to evaluate. Untick it, or open the tab Curves.", icon=":material/info:")
        st.text("\n".join(run_label(run) for run in runs if run.model is None))
        return None
    sets = _fair_to_all(*runs)  # at least the other hands
    chosen = sets[links.choose("Test set", "test", "compare_test", {name: TITLES[name] for name in sets})]
    st.caption(chosen.title)
    dataset = prepared(chosen.source)
    with told():
        reports = [evaluate.stored(run, chosen) for run in runs]
        probabilities = [evaluate.probabilities(run, chosen) for run in runs]
        found = zip(runs, reports, probabilities, strict=True)
        missing = [run for run, report, rows in found if report is None or rows is None]
        if len(missing) > 1:
            st.button(
                "Evaluate all of them", type="primary", icon=":material/fact_check:", key="compare_evaluate",
                on_click=_evaluate, args=(missing, chosen),
            )  # fmt: skip
        for run in missing:
            st.text(run_label(run))
            evaluation.offer(
                run, chosen, why=f"Evaluate this run on {chosen.title} to compare it. It takes some seconds."
            )
        if missing:
            return None
        images, labels = chosen.take(dataset)
    return Evaluated(chosen, images, labels, reports, probabilities)


def _evaluate(runs: list[Run], chosen: TestSet) -> None:
    for run in runs:
        attempt(lambda run=run: tasks.submit("evaluate", run.id, chosen.name, owner=owner(), lane=COMPUTING))


def _fair_to_all(first: Run, *others: Run) -> dict[str, TestSet]:
    """Return the test sets from which no run has learned, by name.

    Those whose digits are on this machine come first, and of these the one on which most runs are evaluated.
    """
    common = [found for found in test_sets(first.settings) if all(found in test_sets(run.settings) for run in others)]
    is_here = {found.source: is_available(found.source) for found in common}
    num_evaluated = {
        found: sum(evaluate.stored(run, found) is not None for run in (first, *others)) for found in common
    }
    common.sort(key=lambda found: (is_here[found.source], num_evaluated[found]), reverse=True)
    return {found.name: found for found in common}
