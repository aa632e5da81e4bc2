"""A sweep, live: how far it is, the best so far, its trials, and at the end the winner."""

import streamlit as st

from digits import permissions, tasks
from digits.permissions import Action
from digits.sweeps import store
from digits.sweeps.store import Sweep
from digits.sweeps.trial import RUNNING, Trial, best_of
from digits.tasks import TaskState
from pages.shared import background
from pages.shared.errors import attempt, told
from pages.train.run_status import BADGES
from pages.train.sweep import trials as trials_panel
from pages.train.sweep import winner


def show(sweep: Sweep) -> None:
    """Show a sweep, again and again while it is at work."""
    pace = None if sweep.state.is_final else 1.0
    st.fragment(_watch, run_every=pace)(sweep.id, pace)
    if pace is None and permissions.may(Action.DELETE, sweep.owner):
        with st.popover("Manage sweep", icon=":material/more_horiz:"):
            st.markdown("Delete this sweep? Its runs stay.")
            st.button("Delete sweep", on_click=attempt, args=(store.delete, sweep), key=f"sweep_delete_{sweep.id}")


def _watch(sweep_id: str, pace: float | None) -> None:
    with told():
        sweep = store.get(sweep_id)  # which somebody may have deleted
    if sweep.state.is_final != (pace is None):
        st.rerun()
    trials = store.trials(sweep_id)
    _status(sweep, trials)
    if not trials:
        return
    best = best_of(trials) or max(
        (trial for trial in trials if trial.accuracies), key=lambda trial: trial.val_accuracy, default=None
    )
    winner.show(sweep, trials, best)
    trials_panel.show(sweep, trials, best)


def _status(sweep: Sweep, trials: list[Trial]) -> None:
    state = sweep.state
    with st.container(horizontal=True, vertical_alignment="center"):
        color, icon = BADGES[str(state)]
        st.badge(state.capitalize(), color=color, icon=f":material/{icon}:")
        if not state.is_final:
            is_queued = state == TaskState.QUEUED
            text = background.queue_text(sweep.task) if is_queued else f"{sweep.task.phase}{_left(sweep, trials)}"
            with st.container(width="stretch"):
                st.progress(min(sweep.task.fraction, 1.0), text=text)
            if permissions.may(Action.STOP, sweep.owner):
                _requests(sweep)
        elif state != TaskState.DONE and permissions.may(Action.CONTINUE, sweep.owner):
            st.button(
                "Continue sweep", type="primary", icon=":material/play_arrow:", on_click=attempt,
                args=(_resume, sweep), key=f"sweep_resume_{sweep.id}",
            )  # fmt: skip
    if state.is_final and sweep.task.cause:
        st.error(sweep.task.cause, icon=":material/error:")


def _left(sweep: Sweep, trials: list[Trial]) -> str:
    """Return the time left, from that of the trials so far."""
    ended = sum(trial.state != RUNNING for trial in trials)
    remaining = sweep.plan.num_trials - ended + sweep.plan.seeds
    if ended == sweep.plan.num_trials:
        return ""
    seconds = sweep.seconds / ended * remaining if ended else None  # the seconds of a trial are noted after its end
    return f", {background.left_text(seconds or None)}"


def _requests(sweep: Sweep) -> None:
    request = sweep.task.request
    for what, label, asked, help in (
        ("pause", "Pause", "Pausing…", "Frees the device. You can continue the sweep later."),
        ("stop", "Stop", "Stopping…", "Ends the sweep now and keeps the best so far."),
    ):
        st.button(
            asked if request == what else label, icon=f":material/{what}:", help=help, on_click=attempt,
            args=(tasks.stop, sweep.task.id, what), disabled=bool(request), key=f"sweep_{what}_{sweep.id}",
        )  # fmt: skip


def _resume(sweep: Sweep) -> None:
    store.resume(sweep)
    tasks.look_after()
