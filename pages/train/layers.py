"""The layers of a network as a picture, from the pixels to the ten digits, and as a table."""

from typing import Any

import streamlit as st

from digits.figures.network import Stage, network
from digits.networks import architectures, layers
from digits.networks.layers import Layer
from digits.networks.settings import Settings
from digits.networks.settings_table import SETTINGS
from pages.shared.glossary import linked

LOSS = (
    "The network pays for every prediction: minus the logarithm of the probability that it gave to the label "
    "(cross-entropy). The optimizer changes the weights to lower that price."
)
ABOUT = {
    "Rescaling": "divides every pixel by 255.",
    "Conv2D": "slides small filters over the picture. Each finds its pattern wherever it lies.",
    "BatchNormalization": "brings the numbers of each map to the same range, so the network learns faster.",
    "ReLU": "turns negative numbers into 0.",
    "Activation": "bends the sums. Without it, many layers could do no more than one.",
    "Flatten": "lays all numbers one after the other into a single list.",
    "Dense": "adds up all its inputs, each multiplied by a weight. After the last one, softmax turns the ten sums into "
    "ten probabilities, and argmax, the place of the largest, is the prediction.",
    "Dropout": "switches off some units at random while the network learns. It works against overfitting.",
}
"""What each kind of layer does, as the end of a sentence that begins with its name."""


def show(settings: Settings) -> None:
    """Show the layers of a network that is yet to be trained."""
    found = architectures.all_layers(settings)
    rows = layers.described(found)
    st.html(network(stages(found, rows)))
    total = sum(row["parameters"] for row in rows)
    optimizer = SETTINGS["optimizer"].choices[settings.optimizer]
    st.caption(f"{total:,} parameters. Loss: categorical cross-entropy. Optimizer: {optimizer}.", help=linked(LOSS))
    with st.expander("Layers as a table"):
        table = [
            {"Layer": row["layer"], "Output": _sizes(row["output"][1:]), "Parameters": row["parameters"]}
            for row in rows
        ]
        st.dataframe(
            table,
            hide_index=True,
            height="content",
            alt=f"Layers of {settings.architecture} with output shapes and parameter counts",
            column_config={"Parameters": st.column_config.NumberColumn(format="localized")},
        )
        kinds = dict.fromkeys(row["layer"] for row in rows)
        st.markdown(linked("\n".join(f"- **{kind}** {ABOUT[kind]}" for kind in kinds)))


def stages(found: list[Layer], rows: list[dict[str, Any]]) -> list[Stage]:
    """Return what the picture shows: the pixels, each convolution, each hidden layer, and the ten outputs.

    rows: the layers as `layers.described` gives them. What only helps a layer stands in its notes.
    """
    steps = [Stage((28, 28, 1), "28 × 28 pixels", ["divided by 255"])]
    for layer, row, before in zip(found[1:], rows[1:], rows, strict=False):
        shape, notes = tuple(row["output"][1:]), []
        count = f"{row['parameters']:,} parameters"
        if layer.kind == "Conv2D":
            size, strides = layer.options["kernel_size"], layer.options["strides"]
            notes = [
                f"filters of {size} × {size}, {f'every {strides} pixels' if strides > 1 else 'every pixel'}",
                count,
            ]
            steps.append(Stage(shape, f"{shape[2]} maps of {_sizes(shape[:2])}", notes))
        elif layer.kind == "Dense":
            activation, is_last = layer.options["activation"], layer is found[-1]
            name = "softmax" if is_last else architectures.ACTIVATIONS[activation]
            title = "10 probabilities, one for each digit" if is_last else f"{shape[0]} units"
            steps.append(Stage(shape, title, [f"each adds up {before['output'][-1]:,} numbers", name, count]))
        elif note := _note(layer):
            steps[-1] = Stage(steps[-1].shape, steps[-1].title, [*steps[-1].notes, note])
    return steps


def _note(layer: Layer) -> str:
    """Return what a layer that is not a stage does to the one before it."""
    if layer.kind == "Activation":
        return architectures.ACTIVATIONS[layer.options["activation"]]
    if layer.kind == "Dropout":
        return f"dropout {layer.options['rate']:.0%}"
    return {"BatchNormalization": "batch normalisation", "ReLU": "ReLU"}.get(layer.kind, "")


def _sizes(shape) -> str:
    return " × ".join(map(str, shape))
