"""A run in one line: its state, how far it is, and buttons to pause and to stop it.

Below it, what went wrong, and how to try again.
"""

import streamlit as st

from digits import permissions, tasks
from digits.permissions import Action
from digits.runs import store as runs
from digits.runs.run import Run, RunState
from pages.shared.errors import attempt
from pages.shared.glossary import linked
from pages.train import progress

BADGES = {
    RunState.QUEUED: ("gray", "schedule"),
    RunState.STARTING: ("blue", "hourglass_top"),
    RunState.RUNNING: ("blue", "directions_run"),
    RunState.EVALUATING: ("blue", "fact_check"),
    RunState.DONE: ("green", "check_circle"),
    RunState.STOPPED: ("orange", "stop_circle"),
    RunState.PAUSED: ("orange", "pause_circle"),
    RunState.FAILED: ("red", "error"),
    RunState.LOST: ("red", "help"),
}


def show(run: Run) -> None:
    """Show how a run is, and for one that waits or is at work its progress and the buttons."""
    with st.container(horizontal=True, vertical_alignment="center"):
        _badge(run)
        if run.state.is_final:
            return
        if not run.is_queued:
            with st.container(width="stretch"):
                progress.bar(run)
        if permissions.may(Action.STOP, run.owner):
            _requests(run)


def show_problem(run: Run) -> None:
    """Show why a run ended early, and offer to repeat the evaluation where only that is missing."""
    if run.lacks_evaluation:
        ended = "failed" if run.state == RunState.FAILED else f"was {run.state}"
        st.warning(f"The evaluation {ended}. {run.cause} You can use the model already.", icon=":material/warning:")
        st.button(
            "Try the evaluation again", type="primary", icon=":material/refresh:", key=f"train_evaluate_{run.id}",
            on_click=attempt, args=(resume, run), disabled=not permissions.may(Action.CONTINUE, run.owner),
            help=permissions.why_not(Action.CONTINUE, run.owner) or None,
        )  # fmt: skip
    elif run.state in (RunState.FAILED, RunState.LOST):
        st.error(f"{run.state.capitalize()}: {run.cause}", icon=":material/error:")
    elif run.state.is_final and run.cause:
        st.warning(run.cause, icon=":material/warning:")


def resume(run: Run, epochs: int | None = None) -> None:
    """Let an ended run continue, up to `epochs` if that is more than before. Raises DigitsError."""
    runs.resume(run.id, epochs)
    tasks.look_after()


def _badge(run: Run) -> None:
    color, icon = BADGES[run.state]
    if run.is_responding:
        st.badge(run.state.capitalize(), color=color, icon=f":material/{icon}:")
    else:
        st.badge(
            "Running, but not responding", color="red", icon=":material/heart_broken:",
            help="The training has not reported for some seconds. You can end it with Stop.",
        )  # fmt: skip


def _requests(run: Run) -> None:
    if run.state == RunState.EVALUATING and run.is_responding:
        return  # it takes seconds, and does not end earlier
    label, help = "Stop", "Ends the training now and keeps the model so far."
    if run.is_queued:
        label, help = "Cancel", "Takes the run out of the queue."
    elif not run.is_responding:
        help = "Ends the training. What was saved last is kept."
    stops = run.request == "stop"
    if not run.is_queued and run.is_responding:
        st.button(
            "Pausing…" if run.request == "pause" else "Pause", icon=":material/pause:", on_click=attempt,
            args=(runs.stop, run, "pause"), disabled=bool(run.request), key=f"train_pause_{run.id}",
            help="Saves the training and lets the next one start. You can continue it later.",
        )  # fmt: skip
    st.button(
        "Stopping…" if stops else label, icon=":material/stop:", on_click=attempt, args=(runs.stop, run),
        disabled=stops, key=f"train_stop_{run.id}", help=linked(help),
    )  # fmt: skip
