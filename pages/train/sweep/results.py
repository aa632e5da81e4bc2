"""A sweep, live: its trials, the best so far, what matters, and at the end the winner."""

from typing import Any

import streamlit as st

from digits import permissions, tasks
from digits.figures import sweep as figures
from digits.networks.settings import SETTINGS
from digits.permissions import Action
from digits.sweeps import store
from digits.sweeps.store import Sweep
from digits.sweeps.trial import RUNNING, Trial, best_of
from digits.tasks import TaskState
from pages.shared import background, table
from pages.shared.charts import chart
from pages.shared.errors import attempt, told
from pages.train.run_status import BADGES
from pages.train.sweep import winner

STATES = {"complete": "Complete", "pruned": "Ended early", "failed": "Failed"}


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
    _figures(sweep, trials, best)
    _table(trials, "Running" if pace else "Unfinished")


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


def _figures(sweep: Sweep, trials: list[Trial], best: Trial | None) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Trials", anchor=False)
        _histories(sweep, trials, best)
    with right:
        st.subheader(
            "What matters", anchor=False,
            help="How much of the differences between the trials each setting explains (fANOVA). "
            "With few trials it is a rough guess.",
        )  # fmt: skip
        if sweep.importance:
            _importance(sweep)
        else:
            st.caption("This shows after some trials.")
    names = _varied(trials)
    measured = [trial for trial in trials if trial.accuracies]
    if names and measured:
        st.subheader("Settings", anchor=False)
        _settings(sweep, names, measured)


def _histories(sweep: Sweep, trials: list[Trial], best: Trial | None) -> None:
    key = f"sweep_histories_{sweep.id}"
    alt = f"Validation accuracy of {len(trials)} trials over the epochs. The best is on top."
    chart(figures.histories([trial.accuracies for trial in trials], best and best.number), key=key, alt=alt)
    st.caption("Each line is a trial." + " Poor ones end early." * (sweep.plan.pruner != "none"))
    rows = [
        {"Trial": trial.number, "Epoch": epoch, "Validation accuracy": round(accuracy, 4)}
        for trial in trials
        for epoch, accuracy in enumerate(trial.accuracies, start=1)
    ]
    if rows:
        table.behind(key, lambda: rows, about="Validation accuracy of each trial after each epoch")


def _importance(sweep: Sweep) -> None:
    key = f"sweep_importance_{sweep.id}"
    shares = {SETTINGS[name].label: share for name, share in sweep.importance.items()}
    largest = max(shares, key=shares.get)
    sentence = f"{largest} matters most: it explains {shares[largest]:.0%} of the differences between the trials."
    chart(figures.importance(shares), key=key, alt=sentence)
    st.caption(sentence)
    table.behind(
        key, lambda: [{"Setting": name, "Importance": round(share, 3)} for name, share in shares.items()],
        about="How much of the differences between the trials each setting explains",
    )  # fmt: skip


def _settings(sweep: Sweep, names: list[str], trials: list[Trial]) -> None:
    """Show the settings of some trials, each with an accuracy."""
    columns = [[_shown(name, trial.params.get(name)) for trial in trials] for name in names]
    chart(
        figures.parallel([SETTINGS[name].label for name in names], columns, [trial.val_accuracy for trial in trials]),
        key=f"sweep_parallel_{sweep.id}",
        alt=f"Parallel coordinates of {len(trials)} trials; the table below has the same numbers.",
    )
    st.caption("Each line is a trial. It crosses each axis at its setting. The table below has the numbers.")


def _table(trials: list[Trial], running: str) -> None:
    names = _varied(trials)
    rows = [
        {
            "Trial": trial.number,
            "State": STATES.get(trial.state, running),
            "Validation accuracy": trial.val_accuracy and 100 * trial.val_accuracy,
            "Epochs": len(trial.accuracies),
            "Seconds": trial.seconds,
            **{SETTINGS[name].label: _shown(name, trial.params.get(name)) for name in names if name != "epochs"},
            **({"Node": trial.node} if any(each.node for each in trials) else {}),
        }
        for trial in sorted(trials, key=lambda trial: -(trial.val_accuracy or 0))
    ]
    formats = {"Validation accuracy": "%.2f%%", "Seconds": "%.1f", "Learning rate": "%.4g", "Dropout": "%.2f",
               "Label smoothing": "%.3f"}  # fmt: skip
    columns = {name: st.column_config.NumberColumn(format=text) for name, text in formats.items()}
    st.dataframe(
        rows, hide_index=True, placeholder="", height=min(38 + 35 * len(rows), 460), column_config=columns,
        alt="The trials with their state, validation accuracy, seconds and settings, the best first",
    )  # fmt: skip


def _varied(trials: list[Trial]) -> list[str]:
    """Return the settings that are not the same in all trials."""
    names = dict.fromkeys(name for trial in trials for name in trial.params)
    return [name for name in names if len({str(trial.params.get(name)) for trial in trials}) > 1]


def _shown(name: str, value: Any) -> Any:
    """Return a setting's value as people read it."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    return SETTINGS[name].choices.get(value, value)
