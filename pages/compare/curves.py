"""The loss and accuracy of several runs over their epochs, in one picture."""

from typing import Any

import streamlit as st

from digits.figures.curves import compared
from digits.runs import store
from digits.runs.run import Run
from pages.shared import table
from pages.shared.charts import chart
from pages.shared.pickers import figure_label, run_label

COLUMNS = {
    "Loss": "loss",
    "Validation loss": "val_loss",
    "Accuracy": "accuracy",
    "Validation accuracy": "val_accuracy",
}


def show(runs: list[Run]) -> None:
    """Show the curves of some runs."""
    found = {run_label(run): store.epochs(run.id) for run in runs}
    epochs = dict(zip(map(figure_label, runs), found.values(), strict=True))
    for column, metric in zip(st.columns(2, gap="large"), ("loss", "accuracy"), strict=True):
        with column:
            alt = f"Training and validation {metric} of {', '.join(found)}"
            chart(compared(epochs, metric), key=f"compare_{metric}", alt=alt)
    rows = [_row(name, row) for name, rows in found.items() for row in rows]
    if losses := [row for row in rows if row["Validation loss"] is not None]:
        best = min(losses, key=lambda row: row["Validation loss"])
        st.text(  # no Markdown: names are the user's
            f"The lowest validation loss is {best['Validation loss']:.3f}: {best['Run']}, after epoch {best['Epoch']}."
        )
        table.behind("compare_curves", lambda: rows, about="Loss and accuracy of each run after each epoch")
    st.caption("Bold with symbols: on the validation digits. Thin: on the training digits.")
    if len({(run.settings.source, run.settings.split) for run in runs}) > 1:
        st.info("These runs validate on different digits, so small differences between their curves mean nothing.")


def _row(name: str, row: dict[str, Any]) -> dict[str, Any]:
    values = {title: row.get(key) for title, key in COLUMNS.items()}
    return {"Run": name, "Epoch": row["epoch"]} | {
        title: None if value is None else round(value, 4) for title, value in values.items()
    }
