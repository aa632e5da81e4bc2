"""Networks that differ only in their seed, as one row: the mean and the standard deviation of their test accuracy."""

from collections import defaultdict
from typing import Any

import streamlit as st

from digits.evaluation import store
from digits.networks.settings_table import SETTINGS
from digits.runs.run import Run
from digits.sweeps.trial import spread
from pages.shared.glossary import linked
from pages.shared.pickers import run_label


def show(chosen: list[Run]) -> None:
    """Show a row for each group of at least two chosen runs with the same settings but their seeds."""
    if not (rows := seed_rows(chosen)):
        return
    st.markdown(
        "**Over seeds**",
        help=linked("These runs differ only in their seed. The winner of a sweep is left out, because luck helped it."),
    )
    columns = {
        name: st.column_config.NumberColumn(format="%.2f%%") for name in ("Mean test accuracy", "Standard deviation")
    }
    st.dataframe(
        rows, hide_index=True, column_config=columns,
        alt="Mean and standard deviation of the test accuracy of runs that differ only in their seed",
    )  # fmt: skip


def seed_rows(chosen: list[Run]) -> list[dict[str, Any]]:
    """Return a row for each group and test set on which at least two of its runs have been evaluated."""
    groups = defaultdict(list)
    for run in chosen:
        if not run.is_starter and "best_of" not in run.details and run.settings.racers == 1:
            groups[str(run.settings.as_dict() | {"seed": 0} | {"epochs": run.epochs_done})].append(run)
    rows = []
    for runs in groups.values():
        accuracies = store.accuracies([run.id for run in runs]) if len(runs) > 1 else {}
        for name, title in SETTINGS["split"].choices.items():
            tested = [run for run in runs if name in accuracies.get(run.id, {})]
            if len({run.settings.seed for run in tested}) < 2:
                continue
            found = spread([accuracies[run.id][name]["accuracy"] for run in tested])
            rows.append(
                {
                    "Mean test accuracy": 100 * found["mean"],
                    "Standard deviation": 100 * found["sd"],
                    "Seeds": found["n"],
                    "Test set": title,
                    "Runs": ", ".join(map(run_label, tested)),  # the longest, so the last: a phone shows only the first
                }
            )
    return rows
