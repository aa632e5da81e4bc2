"""The pictures of the glossary that one can play with, by their names in glossary.toml."""

import numpy as np
import streamlit as st

from digits.data.encoding import one_hot as encoded
from digits.figures import terms
from digits.figures.curves import curves
from digits.figures.labels import one_hot as one_hot_figure
from digits.figures.probabilities import percent
from digits.runs import store as runs
from digits.runs.run import STARTER
from pages.shared import cache, table
from pages.shared.charts import chart, probability_bars
from pages.shared.picture import show_enlarged

SUMS = np.array([-1.0, 0.5, 2.0, 3.0, -2.0, 1.5, -0.5, 0.0, 2.5, 1.0])
"""Ten sums of a last layer, made up."""
FILTERS = {
    "Upright edges": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32),
    "Level edges": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], np.float32),
    "Mean": np.full((3, 3), 1 / 9, np.float32),
}
"""Sobel's two filters, and the mean of nine pixels."""
LOSSES = [
    (0.956, 0.578), (0.243, 0.336), (0.107, 0.298), (0.051, 0.256), (0.02, 0.255), (0.011, 0.23),
    (0.0061, 0.234), (0.0042, 0.232), (0.0032, 0.235), (0.0027, 0.236), (0.0022, 0.235), (0.002, 0.235),
    (0.0016, 0.239), (0.0015, 0.237), (0.0013, 0.239), (0.0011, 0.238), (0.001, 0.242), (0.0009, 0.244),
    (0.0008, 0.247), (0.0007, 0.246), (0.0007, 0.246), (0.0007, 0.246), (0.0006, 0.247), (0.0005, 0.248),
    (0.0005, 0.248), (0.0005, 0.25), (0.0004, 0.251), (0.0004, 0.252), (0.0004, 0.251), (0.0003, 0.253),
    (0.0003, 0.254), (0.0003, 0.255), (0.0003, 0.255), (0.0003, 0.256), (0.0003, 0.257), (0.0002, 0.258),
    (0.0002, 0.258), (0.0002, 0.259), (0.0002, 0.259), (0.0002, 0.259),
]  # fmt: skip
"""Of training and validation, epoch by epoch; measured with the settings of `digits.lessons.contrast.overfitted`."""


def one_hot() -> None:
    """Show the ten numbers of a label."""
    label = st.pills("Label", range(10), default=7, required=True, key="glossary_label")
    chart(one_hot_figure(encoded([label])[0]), key="glossary_one_hot", alt=f"Ten boxes; a 1 at place {label}")
    st.caption(f"A 1 at place {label}, counted from 0. The other nine are 0.")


def pixel() -> None:
    """Show a pixel and its number between 0 and 1."""
    value = st.slider("Pixel", 0, 255, 204, key="glossary_pixel")
    show_enlarged(np.full((1, 1), value, np.uint8), 64, alt=f"A square of brightness {value}")
    st.markdown(f"{value} / 255 = **{value / 255:.3f}**")


def relu() -> None:
    """Show ReLU at a sum."""
    at = st.slider("Sum", -3.0, 3.0, -1.0, 0.1, key="glossary_sum")
    chart(terms.relu(at), key="glossary_relu", alt=f"ReLU turns {at:g} into {max(at, 0):g}")
    st.caption(f"ReLU turns {at:g} into {max(at, 0):g}.".replace("-", "−"))
    table.behind(
        "glossary_relu", lambda: [{"Sum": value, "Output": max(value, 0)} for value in range(-3, 4)],
        about="What ReLU turns each sum into",
    )  # fmt: skip


def argmax() -> None:
    """Show the probabilities of one of our digits, and the place of the largest."""
    image = _digit()
    probabilities = cache.recognizer(runs.get(STARTER)).probabilities(image[np.newaxis])[0]
    probability_bars(probabilities, highlight=int(probabilities.argmax()))
    st.caption(f"The largest of the ten stands at place {probabilities.argmax()}.")


def softmax() -> None:
    """Show how ten sums become ten shares."""
    third = st.slider("Sum of the digit 3", -3.0, 8.0, float(SUMS[3]), 0.5, key="glossary_third")
    temperature = st.slider("Temperature", 0.2, 5.0, 1.0, 0.1, key="glossary_temperature")
    sums = SUMS.copy()
    sums[3] = third
    powers = np.exp((sums - sums.max()) / temperature)
    shares = powers / powers.sum()
    probability_bars(shares, highlight=int(shares.argmax()))
    st.caption(
        "The sums: "
        + ", ".join(f"{value:g}" for value in sums).replace("-", "−")
        + f". The shares add up to 100%; the "
        f"largest is {percent(shares.max())}."
    )


def cross_entropy() -> None:
    """Show the price of a probability."""
    share = st.slider("Probability of the label", 1, 100, 50, format="%d%%", key="glossary_probability") / 100
    price = abs(np.log(share))
    chart(terms.cross_entropy(share), key="glossary_price", alt=f"A probability of {share:.0%} costs {price:.2f}")
    st.markdown(f"−log({share:.2f}) = **{price:.2f}**")
    table.behind(
        "glossary_price",
        lambda: [
            {"Probability of the label": f"{percentage}%", "Price": round(abs(np.log(percentage / 100)), 2)}
            for percentage in (1, *range(10, 101, 10))
        ],
        about="The price of each probability of the label",
    )


def gradient_descent() -> None:
    """Show ten steps down a valley."""
    rate = st.slider("Learning rate", 0.02, 1.1, 0.1, 0.02, key="glossary_rate")
    places = -1.9 * (1 - 2 * rate) ** np.arange(11)  # the gradient of the square is twice the weight
    chart(
        terms.descent(places),
        key="glossary_descent",
        alt=f"Ten steps; the loss goes from 3.61 to {places[-1] ** 2:.2g}",
    )
    away = places[-1] ** 2 > places[0] ** 2
    st.caption("Every step jumps over the valley and ends higher." if away else "Ten steps, from the left.")
    table.behind(
        "glossary_descent",
        lambda: [
            {"Step": step, "Weight": round(float(weight), 3), "Loss": round(float(weight**2), 3)}
            for step, weight in enumerate(places)
        ],
        about="The weight and the loss after each step",
    )


def convolution() -> None:
    """Let a filter slide over one of our digits."""
    image = _digit()
    name = st.segmented_control("Filter", list(FILTERS), default="Upright edges", required=True, key="glossary_filter")
    stride = st.segmented_control("Stride", [1, 2], default=1, required=True, key="glossary_stride")
    weights = FILTERS[name]
    windows = np.lib.stride_tricks.sliding_window_view(image / 255, weights.shape)[::stride, ::stride]
    sums = (windows * weights).sum(axis=(2, 3))
    side = len(sums)
    place = st.slider("Place", 1, side * side, side * side // 2 + side // 2, key=f"glossary_place_{stride}") - 1
    row, column = divmod(place, side)
    shown = np.where(np.arange(side * side).reshape(side, side) <= place, sums, np.nan)
    picture, seen = st.columns(2)
    with picture:
        chart(
            terms.window(image, row * stride, column * stride, 3), key="glossary_window",
            alt=f"A digit, and the filter at row {row * stride}, column {column * stride}",
        )  # fmt: skip
    with seen:
        chart(terms.feature_map(shown, abs(sums).max()), key="glossary_map", alt=f"The map so far, {side} × {side}")
    st.caption(
        f"Weights of the filter: {', '.join(f'{weight:.2g}' for weight in weights.ravel())}, row by row. At this place "
        f"the sum is {sums[row, column]:.2f}. The map has {side} × {side} places.".replace("-", "−")
    )


def overfitting() -> None:
    """Show two curves that part."""
    rows = [{"epoch": epoch, "loss": loss, "val_loss": val} for epoch, (loss, val) in enumerate(LOSSES, start=1)]
    lowest = min(rows, key=lambda row: row["val_loss"])["epoch"]
    chart(
        curves(rows, [], "loss"), key="glossary_overfitting",
        alt=f"The training loss falls to the end; the validation loss rises after epoch {lowest}",
    )  # fmt: skip
    st.caption(
        f"A convolutional network on 1,000 digits. The validation loss is lowest after epoch {lowest}. Before it, "
        "the network is underfitted; after it, it overfits."
    )
    names = {"epoch": "Epoch", "loss": "Loss", "val_loss": "Validation loss"}
    table.behind(
        "glossary_overfitting", lambda: [{names[name]: value for name, value in row.items()} for row in rows],
        about="Training and validation loss after each epoch",
    )  # fmt: skip


def _digit() -> np.ndarray:
    """Let the user choose one of the first digits of the sample; returns (28, 28) uint8."""
    label = st.pills("Digit", range(10), default=4, required=True, key="glossary_digit")
    digits = cache.dataset("sample")
    return digits.images[int(np.argmax(digits.labels[:200] == label))]
