"""How far a run is, in bars, and its epochs in a table."""

from typing import Any

import streamlit as st

from digits.runs import store as runs
from digits.runs.run import Run
from pages.shared.text import duration

TRAINING = "Training"
"""The phase of a run from its first tick on."""


def bars(run: Run, epochs: list[dict[str, Any]]) -> None:
    """Show the progress within the epoch and of the whole run; after the first epoch also an estimate of the time left.

    epochs: of the run, as `runs.epochs` gives them.
    """
    tick = runs.last_tick(run.id) if run.phase == TRAINING else None
    if tick is None:
        st.progress(min(run.fraction, 1.0), text=f"{run.phase or 'Starting'}…")
        return
    within = tick["step"] / tick["steps"]
    done = tick["epoch"] - 1 + within
    left = epochs[-1]["seconds"] * (run.num_epochs - done) if epochs else 0.0
    st.progress(within, text=f"Epoch {tick['epoch']}: batch {tick['step']:,} of {tick['steps']:,}")
    overall = min(done / run.num_epochs, 1.0)
    estimate = f", about {duration(left)} left" if left >= 1 else ""
    st.progress(overall, text=f"Whole run: {overall:.0%}{estimate}")


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
