"""One run, read from the database again and again while it is at work.

Its state in one line, how accurate it is, its curves with a sentence that reads them, and what to do next.
"""

from typing import Any

import streamlit as st

from digits.figures.curves import curves
from digits.runs import store as runs
from digits.runs.run import Run, RunState
from digits.training.learning_curves import reading
from pages.shared import pickers
from pages.shared.charts import chart
from pages.shared.errors import told
from pages.shared.glossary import more, named
from pages.train import details, manage, outcome, progress, queue_place, run_status

FOCUS = """<script>
setTimeout(() => document.querySelector('[role="tab"][aria-selected="true"]')?.focus(), 100)
</script>"""
"""The button Start is gone, and the focus with it: it goes to the tab that has opened, beside which Stop comes next."""


def show() -> None:
    """Choose a run and watch it; without any, show how to begin."""
    run = pickers.any_run()
    if run is None:
        st.info("No run yet. Choose a network under **Set up** and press **Start training**.", icon=":material/info:")
        return
    if st.session_state.pop("train_started", False):
        st.html(FOCUS, unsafe_allow_javascript=True)
    pace = _pace(run)
    st.fragment(_watch, run_every=pace)(run.id, pace)
    if pace is None:
        manage.show(run)


def _pace(run: Run) -> float | None:
    """Return the seconds between two looks at a run: few until its first tick; None when it has ended."""
    if run.state.is_final:
        return None
    waits_long = run.is_queued and len(runs.active()) > 1
    return 1.0 if waits_long or run.phase == progress.TRAINING else 0.25


def _watch(run_id: str, pace: float | None) -> None:
    """Show the run as it is now. Hands back to the page when another pace is due."""
    with told():
        run = runs.get(run_id)  # which somebody may have deleted
    if _pace(run) != pace:
        st.rerun()
    run_status.show(run)
    run_status.show_problem(run)
    if note := run.details.get("note"):
        st.caption(note)
    if run.is_queued:
        queue_place.show(run)
    if run.model and not run.state.is_final and run.state != RunState.EVALUATING:
        st.caption("The present model stays in use until the new one is ready.")
    epochs, ticks = runs.epochs(run.id), runs.ticks(run.id)
    outcome.show(run, epochs)
    _curves(run, epochs, ticks)
    details.show(run, epochs)


def _curves(run: Run, epochs: list[dict[str, Any]], ticks: list[dict[str, float]]) -> None:
    names = run.settings.racer_names
    if names and epochs:
        st.caption(f"Best on the validation digits: {names[epochs[-1]['leader']]}, of {len(names)} networks.")
    if not ticks and not epochs:
        return
    if sentence := reading(epochs):
        terms = [term for term in ("overfitting", "learning-rate", "loss") if term in named(sentence)]
        if "still falling" in sentence:
            terms.append("underfitting")
        st.markdown(f"{sentence} {more(*terms or ['epoch'])}")
    last = None if run.state.is_final else run.num_epochs
    for column, metric in zip(st.columns(2, gap="large"), ("loss", "accuracy"), strict=True):
        with column:
            chart(
                curves(epochs, ticks, metric, total_epochs=last, racers=names),
                key=f"train_{metric}_{run.id}",
                alt=f"{metric} of training and validation over {len(epochs)} epochs. {sentence}",
            )
