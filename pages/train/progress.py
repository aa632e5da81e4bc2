"""How far a run is, and its epochs in a table."""

import streamlit as st

from pages.shared.text import duration


def bars(status: dict, num_epochs: int) -> None:
    """Progress within the epoch and over the whole run, with an estimate of the time left."""
    tick = status.get("progress")
    if tick is None:
        st.progress(0.0, text=f"{status['phase'] or 'Starting'}…")
        return
    within = tick["step"] / tick["steps"]
    overall = min((tick["epoch"] - 1 + within) / num_epochs, 1.0)
    left = status["elapsed"] / overall * (1 - overall) if overall else 0.0
    st.progress(within, text=f"Epoch {tick['epoch']}: batch {tick['step']:,} of {tick['steps']:,}")
    st.progress(overall, text=f"Whole run: {overall:.0%}, about {duration(left)} left (estimate)")


def table(epochs: list[dict]) -> None:
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
