"""One digit: its pixels as a heatmap; beside it its label, and that as one-hot numbers."""

from dataclasses import asdict

import numpy as np
import streamlit as st

from digits.data.dataset import NO_LABEL, Dataset
from digits.data.encoding import one_hot, scale
from digits.data.sources import SOURCES
from digits.data.splits import Split
from digits.figures.images import heatmap
from digits.figures.labels import one_hot as one_hot_figure
from pages.shared import cache, lesson, links, shortcuts
from pages.shared.charts import chart
from pages.shared.glossary import linked, more

PARTS = {"train": "the training set", "validation": "the validation set", "test": "the test set"}


def show(dataset: Dataset, parts: Split) -> None:
    """Let the user choose a digit, and show it."""
    picture, words = st.columns(2, gap="large")
    with words:
        index = _choose(dataset)
    image, label = dataset.images[index], int(dataset.labels[index])
    with picture:
        pixels = st.container()
        with st.container(horizontal=True):
            about = (
                "Divides each pixel by 255, the largest value, as the first layer of every network here does. Large "
                "numbers would change the sums of a network too much at each step of the training."
            )
            scaled = st.toggle("Scale the pixels to 0..1", key="explore_scaled", help=linked(about))
            numbers = st.toggle("Show the value of each pixel", key="explore_numbers")
        if numbers:
            lesson.note("pixels", index=index, label=label)
        with pixels:
            chart(
                heatmap(scale(image) if scaled else image, scaled=scaled, numbers=numbers),
                key="explore_heatmap",
                alt=f"Handwritten digit {'' if label == NO_LABEL else label}, 28 by 28 pixels",
            )
    with words:
        if label == NO_LABEL:
            st.markdown("Nobody has said which digit this is. **Predictions** shows what a model predicts.")
            st.caption(f"Index {index:,}")
            return
        st.metric("Label", label, help="The digit that a person read.")
        vector = one_hot([label])[0]
        st.markdown(
            "A network gives ten numbers, one for each digit. To compare them with the label, the label becomes ten "
            f"numbers, too: a 1 at place {label}, counted from 0, and a 0 everywhere else. This is called **one-hot**. "
            f"With the plain digit, the network would learn that a 7 is more than a 6. {more('one-hot')}"
        )
        st.code(str(vector.tolist()), language=None)
        alt = f"Ten boxes; the one at place {label} is filled"
        chart(one_hot_figure(vector), key="explore_one_hot", alt=alt)
        st.caption(f"Index {index:,} belongs to {_part(index, parts)}.")


def _choose(dataset: Dataset) -> int:
    """Let the user choose by index, class, previous, next or random; returns the index."""
    count = len(dataset.labels)
    if st.session_state.get("explore_index", 0) >= count:  # another, smaller source was chosen
        _any_digit()
    links.follow("index", "explore_index", range(count), 0)
    links.follow("digit", "explore_digit", range(10))
    index = st.number_input("Index", 0, count - 1, step=1, key="explore_index", on_change=_any_digit)
    digit = None
    if SOURCES[dataset.source].is_labelled:
        digit = st.pills("Only the digit", range(10), key="explore_digit", on_change=_first_of, args=(dataset.source,))
    among = np.arange(count) if digit is None else np.flatnonzero(dataset.labels == digit)
    steps = {
        ("Previous", "chevron_left", "P"): among[np.searchsorted(among, index) - 1],  # -1: from the first to the last
        ("Next", "chevron_right", "N"): among[np.searchsorted(among, index, side="right") % len(among)],
        ("Random", "casino", "X"): np.random.default_rng().choice(among),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        for (name, icon, shortcut), target in steps.items():
            st.button(
                name, icon=f":material/{icon}:", shortcut=shortcuts.letter(shortcut), on_click=open_digit,
                args=(int(target),), key=f"explore_{name}",
            )  # fmt: skip
        shortcuts.offer()
    return index


def open_digit(index: int) -> None:
    """Show the digit with that index."""
    st.session_state["explore_index"], st.session_state["explore_view"] = index, "One digit"


def _any_digit() -> None:
    st.session_state["explore_digit"] = None


def _first_of(source: str) -> None:
    """Go to the first digit of the chosen class from the present index on."""
    if (digit := st.session_state["explore_digit"]) is not None:
        among = np.flatnonzero(cache.dataset(source).labels == digit)
        open_digit(int(among[np.searchsorted(among, st.session_state["explore_index"]) % len(among)]))


def _part(index: int, parts: Split) -> str:
    return next((PARTS[part] for part, indices in asdict(parts).items() if index in indices), "no set of this split")
