"""A digit from a test set, with its label, in place of a drawing.

For people who cannot draw, and as a first example.
"""

import numpy as np
import streamlit as st

from digits.data.dataset import is_prepared
from digits.data.sources import SOURCES
from digits.evaluation import test_sets
from pages.shared import cache, shortcuts
from pages.shared.picture import show_enlarged


def ink() -> np.ndarray:
    """Let the user pick a digit of a test set and return it, (28, 28) uint8. Raises DataUnavailable."""
    # Not of the sample: the starter has learned from all of it.
    name, source = ("official", "mnist") if is_prepared("mnist") else (test_sets.OPTDIGITS, test_sets.OPTDIGITS)
    dataset, indices = cache.dataset(source), test_sets.indices(name, source)
    labels = dataset.labels[indices.start : indices.stop]
    wanted = st.pills("Only the digit", range(10), key="draw_sample_label", on_change=_pick_another)
    candidates = np.arange(len(labels)) if wanted is None else np.flatnonzero(labels == wanted)
    # Drawn at random once, then kept: a rerun shows the same digit.
    position = st.session_state.setdefault("draw_sample_position", np.random.default_rng().random())
    index = indices.start + int(candidates[int(position * len(candidates))])
    image, label = dataset.images[index], int(dataset.labels[index])
    caption = f"{SOURCES[source].title}, digit {index:,}, from the test set. Label: {label}."
    show_enlarged(image, 10, caption=caption, alt=f"A handwritten {label} from the test set")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Show another", icon=":material/casino:", key="draw_sample_another", shortcut=shortcuts.letter("X"),
            on_click=_pick_another,
        )  # fmt: skip
        shortcuts.offer()
    return np.array(image)


def _pick_another() -> None:
    st.session_state.pop("draw_sample_position", None)
