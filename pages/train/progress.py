"""How far a run is, in a bar, and its epochs in a table."""

from typing import Any

import streamlit as st

from digits.runs import store as runs
from digits.runs.run import Run
from pages.shared.background import left_text

TRAINING = "Training"
"""The phase of a run from its first tick on."""


def bar(run: Run) -> None:
    """Show how far the whole run is, with an estimate of the time left as soon as one is worth something."""
    tick = runs.last_tick(run.id) if run.phase == TRAINING else None
    if tick is None:
        st.progress(min(run.fraction, 1.0), text=f"{run.phase or 'Starting'}…")
        return
    done = min((tick["epoch"] - 1 + tick["step"] / tick["steps"]) / run.num_epochs, 1.0)
    st.progress(done, text=f"Epoch {tick['epoch']} of {run.num_epochs:,}, {left_text(run.details.get('left'))}")


def table(epochs: list[dict[str, Any]]) -> None:
    """Show a row for each epoch, the newest first."""
    rows = [
        {
            "Epoch": row["epoch"],
            "Loss": f"{row['loss']:.4f}",
            "Accuracy": f"{row['accuracy']:.2%}",
            "Validation loss": f"{row['val_loss']:.4f}",
            "Validation accuracy": f"{row['val_accuracy']:.2%}",
            "Seconds": f"{row['seconds']:.2f}",
        }
        for row in reversed(epochs)
    ]
    st.dataframe(rows, hide_index=True, alt="Loss, accuracy and seconds of each epoch, the newest first")
