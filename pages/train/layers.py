"""The layers of a network in a table, with the shape of each output and the number of parameters."""

import streamlit as st

from digits.networks import architectures


def show(architecture: str) -> None:
    """Show the layers of a network that is yet to be trained. architecture: a key of `ARCHITECTURES`."""
    layers = architectures.layers(architecture)
    rows = [
        {
            "Layer": layer["layer"],
            "Output": " × ".join(map(str, layer["output"][1:])),
            "Parameters": layer["parameters"],
        }
        for layer in layers
    ]
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        alt=f"Layers of {architecture} with output shapes and parameter counts",
        column_config={"Parameters": st.column_config.NumberColumn(format="localized")},
    )
    total = sum(layer["parameters"] for layer in layers)
    st.caption(f"{total:,} parameters. Loss: categorical cross-entropy. Optimizer: Adam.")
