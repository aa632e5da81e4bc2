"""Join the ticked runs as one network: an ensemble, which is ticked, too, as soon as it is there."""

import streamlit as st

from digits import tasks
from digits.runs import ensemble
from digits.runs.run import Run, RunState
from pages.shared import background
from pages.shared.errors import attempt
from pages.shared.glossary import linked
from pages.shared.visitor import owner

JOINED = "compare_joined"
"""In the session: the id of the ensemble that is being made."""


def offer(chosen: list[Run]) -> None:
    """Show a button that joins the chosen runs; with one of them there is nothing to join."""
    st.button(
        "Join as one network", icon=":material/join:", key="compare_join", on_click=attempt, args=(_join, chosen),
        disabled=len(chosen) < 2,
        help=linked("Makes an ensemble of the ticked runs. It predicts with the mean of their probabilities."),
    )  # fmt: skip


def _join(chosen: list[Run]) -> None:
    st.session_state[JOINED] = ensemble.begin(chosen, owner=owner()).id


def show(most: int) -> None:
    """Show how far the ensemble is that was joined here last. most: runs that can be ticked."""
    run_id = st.session_state.get(JOINED)
    task = tasks.find("train", run_id) if run_id else None
    if task is None:  # somebody has deleted the run
        return
    if task.state in background.UNDER_WAY:
        st.fragment(_watch, run_every="1s")(run_id)
        return
    del st.session_state[JOINED]
    if task.state == RunState.DONE:
        st.session_state["compare_runs"] = [*st.session_state["compare_runs"], run_id][-most:]
        st.rerun()
    st.error(task.cause or f"The ensemble was {task.state} early.", icon=":material/error:")


def _watch(run_id: str) -> None:
    task = tasks.find("train", run_id)
    if task is None or task.state not in background.UNDER_WAY:
        st.rerun()
    background.show_progress(task)
