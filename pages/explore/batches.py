"""The batches that a network learns from: how the split divides them, and one batch with its one-hot labels."""

from dataclasses import asdict

import streamlit as st

from digits.data.dataset import Dataset
from digits.data.encoding import batch, num_batches
from digits.data.splits import Split, take
from digits.figures.counts import split_bar
from digits.figures.images import gallery
from digits.figures.labels import one_hot as one_hot_figure
from pages.shared.charts import chart

BATCH_SIZE = 32


def show(dataset: Dataset, parts: Split) -> None:
    """Show how many batches each part of the split has, then one training batch."""
    in_order = sorted(asdict(parts).items(), key=lambda part: part[1].start)
    batches = {part: num_batches(len(indices), BATCH_SIZE) for part, indices in in_order}
    st.subheader("How the split divides the data", anchor=False)
    st.markdown(
        f"A network learns from a batch of digits at a time, here {BATCH_SIZE}. "
        f"The {sum(len(indices) for _, indices in in_order):,} digits of this split make "
        f"**{sum(batches.values()):,} batches**, in this order: "
        + ", ".join(f"{number:,} for {part}" for part, number in batches.items())
        + "."
    )
    chart(split_bar(batches), key="explore_split_bar", alt=f"Batches in order: {batches}")
    st.caption(
        "The network learns from the training digits. With the validation digits you compare settings. The test digits "
        "stay unseen until the end."
    )

    st.subheader("One batch", anchor=False)
    images, labels = take(dataset, parts.train)
    number = st.number_input("Training batch", 0, batches["train"] - 1, step=1, key="explore_batch", width=240)
    pixels, one_hot = batch(images, labels, number, BATCH_SIZE)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**Images**, shape `{pixels.shape}`: digits, rows, columns, one grey channel.")
        titles = [f"digit {position} of the batch: a {row.argmax()}" for position, row in enumerate(one_hot)]
        alt = f"The {len(pixels)} digits of training batch {number}"
        chart(gallery(pixels[..., 0], titles, columns=4), key="explore_batch_images", alt=alt)
    with right:
        st.markdown(f"**Labels**, shape `{one_hot.shape}`: digits, places of the one-hot vector.")
        alt = f"One-hot matrix; the labels are {', '.join(str(row.argmax()) for row in one_hot)}"
        chart(one_hot_figure(one_hot), key="explore_batch_labels", alt=alt)
    st.caption("The batches are in the order of the data. Training shuffles the digits in every epoch.")
