"""The curves of several runs in one picture."""

import streamlit as st

from digits.figures.curves import compared
from digits.runs.run import Run


def show(named: dict[str, Run]) -> None:
    """named: the runs by their letters."""
    epochs = {letter: run.epochs() for letter, run in named.items()}
    for column, metric in zip(st.columns(2, gap="large"), ("loss", "accuracy"), strict=True):
        column.plotly_chart(
            compared(epochs, metric),
            key=f"compare_{metric}",
            config={"displayModeBar": False},
            alt=f"{metric} of training and validation of the runs {', '.join(named)}",
        )
    st.caption("Solid: on the validation digits. Dotted: on the training digits.")
    if len({(run.config.source, run.config.split) for run in named.values()}) > 1:
        st.info("These runs validate on different digits, so their curves cannot be compared closely.")
