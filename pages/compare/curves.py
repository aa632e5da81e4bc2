"""The loss and accuracy of several runs over their epochs, in one picture."""

import streamlit as st

from digits.figures.curves import compared
from digits.runs import store
from digits.runs.run import Run
from pages.shared.charts import chart
from pages.shared.pickers import figure_label, run_label


def show(runs: list[Run]) -> None:
    """Show the curves of some runs."""
    epochs = {figure_label(run): store.epochs(run.id) for run in runs}
    for column, metric in zip(st.columns(2, gap="large"), ("loss", "accuracy"), strict=True):
        with column:
            alt = f"Training and validation {metric} of {', '.join(run_label(run) for run in runs)}"
            chart(compared(epochs, metric), key=f"compare_{metric}", alt=alt)
    st.caption("Bold with symbols: on the validation digits. Thin: on the training digits.")
    if len({(run.settings.source, run.settings.split) for run in runs}) > 1:
        st.info("These runs validate on different digits, so small differences between their curves mean nothing.")
