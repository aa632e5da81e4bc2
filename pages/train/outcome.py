"""How accurate a run is, in a large number, and when it has ended, what to do next."""

from typing import Any

import streamlit as st

from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_sets
from digits.runs import store as runs
from digits.runs.run import Run, RunState
from pages.shared import links
from pages.shared.glossary import linked
from pages.shared.text import counted

LARGE = """<style>
.st-key-train_outcome [data-testid="stMetricValue"] { font-size: 3.5rem; line-height: 1.15 }
</style>"""


def show(run: Run, epochs: list[dict[str, Any]]) -> None:
    """Show the accuracy on the test digits, before that on the validation digits; nothing before the first epoch."""
    report = _report(run)
    if not epochs and report is None:
        return
    with st.container(border=run.state.is_final, key="train_outcome"):
        st.html(LARGE)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            if report:
                st.metric("Test accuracy", f"{report['accuracy']:.1%}", width="content", help=linked(report["title"]))
            else:
                st.metric("Validation accuracy", f"{epochs[-1]['val_accuracy']:.1%}", width="content")
            with st.container(width="stretch"):
                st.markdown(_sentence(run, epochs, report))
                with st.container(horizontal=True, vertical_alignment="center"):
                    _next_steps(run)


def _sentence(run: Run, epochs: list[dict[str, Any]], report: dict[str, Any] | None) -> str:
    done = counted(run.num_epochs, "epoch")
    if run.epochs_done < run.num_epochs:
        done = f"{run.epochs_done:,} of {done}"
    if report is None:
        return f"Measured on the validation digits after {done}."
    n, state = report["n"], "**Done**" if run.state == RunState.DONE else f"**{run.state.capitalize()}**"
    wrong = round((1 - report["accuracy"]) * n)
    took = f" It took {done}." if epochs else ""
    return f"{state}: {n - wrong:,} of {n:,} test digits are correct, {wrong:,} are misclassified.{took}"


def _next_steps(run: Run) -> None:
    if not run.state.is_final:
        if run.state != RunState.EVALUATING:
            st.page_link(
                "pages/draw/page.py", label="Draw while it trains", icon=":material/draw:",
                query_params={"follow": run.id},
            )  # fmt: skip
        return
    if run.model:
        links.to_model(run.id)
    if runs.files(run.id, "snapshot"):
        st.page_link(
            "pages/draw/page.py", label="Draw at each epoch", icon=":material/animation:",
            query_params={"follow": run.id},
        )  # fmt: skip
    if st.button("Train another", icon=":material/add:", key="train_another", on_click=_set_up):
        st.rerun()  # the whole page, of which this is a fragment


def _set_up() -> None:
    st.session_state["train_view"] = "Set up"


def _report(run: Run) -> dict[str, Any] | None:
    """Return the report of the run's model on its own test set; None until that is evaluated."""
    return next(filter(None, (evaluate.stored(run, chosen) for chosen in test_sets(run.settings))), None)
