"""The facts about a data set: its size, its classes, its origin, its licence, and the mean digit of each class."""

from dataclasses import asdict

import numpy as np
import streamlit as st

from digits.data.dataset import Dataset
from digits.data.sources import SOURCES
from digits.data.splits import Split, take
from digits.figures.counts import class_counts
from digits.figures.images import means
from pages.shared import cache
from pages.shared.charts import chart


def show(dataset: Dataset, parts: Split) -> None:
    """Show the facts, the digits of each class by part, and the mean digit of each class."""
    known = SOURCES[dataset.source]
    images, labels = dataset.images, dataset.labels
    facts = {"Digits": f"{len(images):,}", "Pixels of each": "28 × 28", "Value of a pixel": "0 to 255"}
    with st.grid(3, min_column_width=150):
        for name, value in facts.items():
            st.metric(name, value, border=True)
    st.markdown(
        f"**{known.title}.** {known.about} Each is a grey picture, white ink (255) on black paper (0). Its label is "
        f"the digit that a person read. In Python: images of shape `{images.shape}`, labels of shape `{labels.shape}`, "
        "both of type `uint8`, whole numbers from 0 to 255."
    )

    left, right = st.columns(2, gap="large")
    with left:
        st.header("Digits of each class", anchor=False)
        counts = {part: np.bincount(take(dataset, indices)[1], minlength=10) for part, indices in asdict(parts).items()}
        alt = "; ".join(f"{part}: {n.min():,} to {n.max():,} of each digit" for part, n in counts.items())
        chart(class_counts(counts), key="explore_counts", alt=alt)
    with right:
        st.header("Mean digit of each class", anchor=False)
        chart(
            means(cache.class_means(dataset, parts.train)),
            key="explore_means",
            alt="Ten blurred digits, 0 to 9: the mean of all training digits of each class",
        )
        st.caption(
            "The mean of all training digits of a class. It is sharp where writers agree and blurred where they differ."
        )

    st.caption(f"From {known.origin}. Licence: {known.licence}.  \nCitation: {known.citation}.")
