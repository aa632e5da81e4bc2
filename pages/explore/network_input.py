"""What a network gets: the parts of the split, and one batch of pictures with their one-hot labels."""

from dataclasses import asdict

import numpy as np
import streamlit as st

from digits.data.dataset import Dataset
from digits.data.encoding import batch, num_batches
from digits.data.splits import Split, take
from digits.figures.counts import split_bar
from digits.figures.labels import pairs
from pages.shared import table
from pages.shared.charts import chart
from pages.shared.glossary import more

BATCH_SIZE = 32


def show(dataset: Dataset, parts: Split) -> None:
    """Show how many digits each part of the split has, then one training batch."""
    counts = {part: len(indices) for part, indices in asdict(parts).items()}
    st.header("How the split divides the digits", anchor=False)
    alt = ", ".join(f"{count:,} digits for {part}" for part, count in counts.items())
    chart(split_bar(counts), key="explore_split_bar", alt=alt)
    table.behind(
        "explore_split_bar", lambda: [{"Part": part.capitalize(), "Digits": count} for part, count in counts.items()],
        about="How many digits each part of the split has",
    )  # fmt: skip
    st.markdown(
        "The network learns from the training digits. The validation digits show how well it does while you choose its "
        f"settings. The test digits stay unseen until the end. {more('test-set')}"
    )

    images, labels = take(dataset, parts.train)
    batches = num_batches(len(labels), BATCH_SIZE)
    st.header("One batch", anchor=False)
    st.markdown(
        f"The network learns from {BATCH_SIZE} digits at a time, a **batch**. The {len(labels):,} training digits make "
        f"{batches:,} batches. When all of them are done, an **epoch** is over."
    )
    number = st.number_input("Training batch", 0, batches - 1, step=1, key="explore_batch", width=240)
    pixels, one_hot = batch(images, labels, number, BATCH_SIZE)
    halves = np.array_split(np.arange(len(pixels)), 2)
    for column, rows in zip(st.columns(2, gap="large"), halves, strict=True):
        with column:
            alt = f"Pictures with their labels: {', '.join(map(str, one_hot[rows].argmax(axis=1)))}"
            chart(pairs(pixels[rows, ..., 0], one_hot[rows]), key=f"explore_batch_{rows[0]}", alt=alt)
    st.caption(
        "Each picture stands beside its label. Python calls that pairing `zip`. A block of numbers is called a tensor. "
        f"The pictures are one of shape `{pixels.shape}`: digits, rows, columns, one grey channel. The labels are one "
        f"of shape `{one_hot.shape}`: digits, places. These batches are in the order of the data. Training shuffles "
        f"the digits in every epoch. {more('tensor', 'zip', 'batch', 'epoch')}"
    )
