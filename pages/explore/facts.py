"""The facts about a data set: its size, its classes, its origin, its licence, and the mean digit of each class."""

from dataclasses import asdict

import numpy as np
import streamlit as st

from digits.data import own_sources
from digits.data.dataset import Dataset
from digits.data.source import Source
from digits.data.sources import SOURCES
from digits.data.splits import Split, take
from digits.figures.counts import class_counts
from digits.figures.images import means
from digits.runs import store as runs
from pages.explore import preview
from pages.shared import cache, table
from pages.shared.charts import chart
from pages.shared.pickers import run_label
from pages.shared.text import counted


def show(dataset: Dataset, parts: Split) -> None:
    """Show the facts, the digits of each class by part, and the mean digit of each class."""
    known = SOURCES[dataset.source]
    images, labels = dataset.images, dataset.labels
    facts = {"Digits": f"{len(images):,}", "Pixels of each": "28 × 28", "Value of a pixel": "0 to 255"}
    with st.grid(3, min_column_width=150):
        for name, value in facts.items():
            st.metric(name, value, border=True)
    label = "Its label is the digit that a person read. " if known.is_labelled else ""
    st.markdown(
        f"**{known.title}.** {known.about} Each is a grey picture, white ink (255) on black paper (0). {label}"
        f"In Python: images of shape `{images.shape}`, labels of shape `{labels.shape}`, "
        "both of type `uint8`, whole numbers from 0 to 255."
    )
    if known.is_labelled:
        _classes(dataset, parts)
    if known.is_own:
        _own(known)
    else:
        st.caption(f"From {known.origin}. Licence: {known.licence}.  \nCitation: {known.citation}.")


def _classes(dataset: Dataset, parts: Split) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Digits of each class", anchor=False)
        by_part = {part: take(dataset, indices)[1] for part, indices in asdict(parts).items() if indices}
        counts = {part: np.bincount(labels, minlength=10) for part, labels in by_part.items()}
        spread = "; ".join(f"{part}: {n.min():,} to {n.max():,} of each digit" for part, n in counts.items())
        chart(class_counts(counts), key="explore_counts", alt=spread)
        st.caption(f"{spread.capitalize()}.")
        table.behind(
            "explore_counts",
            lambda: [
                {"Digit": digit} | {part.capitalize(): int(n[digit]) for part, n in counts.items()}
                for digit in range(10)
            ],
            about="How many digits of each class each part of the split has",
        )
    with right:
        st.header("Mean digit of each class", anchor=False)
        which = "training" if parts.train else "test"
        chart(
            means(cache.class_means(dataset, parts.train or parts.test)),
            key="explore_means",
            alt=f"Ten blurred digits, 0 to 9: the mean of all {which} digits of each class",
        )
        st.caption(
            f"The mean of all {which} digits of a class. It is sharp where writers agree and blurred where they differ."
        )


def _own(known: Source) -> None:
    """Show where one's own digits are from, and let the user remove them."""
    st.text(f"Origin: {known.origin}. Licence: {known.licence}.")  # no Markdown: somebody else's words
    if known.num_in_mnist:
        st.caption(preview.IN_MNIST.format(known.num_in_mnist))
    learned = runs.learned_from(known.title)
    with st.popover("Remove these digits", icon=":material/delete:"):
        st.markdown("You cannot undo this. Add the files again if you need the digits later.")
        if learned:
            st.markdown(
                f"{counted(len(learned), 'run')} learned from them. Runs stay, with their "
                "models and scores, but cannot continue without the digits:"
            )
            st.text("\n".join(run_label(run) for run in learned))
        st.button(
            "Remove digits", type="primary", key="explore_remove", on_click=_remove, args=(known.title,),
        )  # fmt: skip


def _remove(name: str) -> None:
    with preview.noted():
        own_sources.remove(name)
        st.session_state["explore_source"] = "sample"
