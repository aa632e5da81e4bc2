"""The trials of a sweep: how they learn, which of their settings matter, and all of them in a table."""

from typing import Any

import streamlit as st

from digits.figures import sweep as figures
from digits.networks.settings import SETTINGS
from digits.sweeps.store import Sweep
from digits.sweeps.trial import Trial
from pages.shared import table
from pages.shared.charts import chart

STATES = {"complete": "Complete", "pruned": "Ended early", "failed": "Failed"}


def show(sweep: Sweep, trials: list[Trial], best: Trial | None) -> None:
    """Show the figures and the table. trials: one at least. best: of those that have an accuracy so far."""
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
        elif sweep.state.is_final:
            st.caption("Too few trials went to their end to tell. Those that ended early don't count.")
        else:
            st.caption("This shows after some trials.")
    names = _varied(trials)
    measured = [trial for trial in trials if trial.accuracies]
    if names and measured:
        st.subheader("Settings", anchor=False)
        _settings(sweep, names, measured)
    _table(trials, "Unfinished" if sweep.state.is_final else "Running")


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
            **({"Reason": trial.cause} if any(each.cause for each in trials) else {}),
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
