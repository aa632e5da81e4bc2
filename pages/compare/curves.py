"""The loss and accuracy of several runs over their epochs, in one picture."""

import streamlit as st

from digits.figures.curves import compared
from digits.runs import store as runs
from digits.runs.run import Run
from pages.shared.charts import chart


def show(named: dict[str, Run]) -> None:
    """Show the curves. named: the runs by their letters."""
    epochs = {letter: runs.epochs(run.id) for letter, run in named.items()}
    for column, metric in zip(st.columns(2, gap="large"), ("loss", "accuracy"), strict=True):
        with column:
            alt = f"Training and validation {metric} of the runs {', '.join(named)}"
            chart(compared(epochs, metric), key=f"compare_{metric}", alt=alt)
    st.caption("Solid: on the validation digits. Dotted: on the training digits.")
    if len({(run.settings.source, run.settings.split) for run in named.values()}) > 1:
        st.info("These runs validate on different digits, so small differences between their curves mean nothing.")
