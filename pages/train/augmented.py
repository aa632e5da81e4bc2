"""A preview of augmentation: some training digits, and variations of them as the network will see them."""

import numpy as np
import streamlit as st

from digits.data.dataset import Dataset
from digits.data.splits import Split, take
from digits.figures.images import gallery
from digits.networks.augmentation import augment
from pages.shared import lesson
from pages.shared.charts import chart

NUM_SHOWN = 8


def show(dataset: Dataset, parts: Split) -> None:
    """Show one row of training digits, and three rows of their variations."""
    lesson.note("augmentation")
    images, labels = (array[:NUM_SHOWN] for array in take(dataset, parts.train))
    seed = st.session_state.setdefault("train_preview_seed", 0)
    rows = [images] + [augment(images, labels, np.random.default_rng([seed, row])) for row in range(3)]
    titles = [f"{'augmented' if row else 'original'}: a {label}" for row in range(4) for label in labels]
    st.header("Augmented digits", anchor=False)
    chart(
        gallery(np.concatenate(rows), titles, columns=NUM_SHOWN),
        key="train_preview",
        alt=f"{NUM_SHOWN} training digits in the first row, three variations of each below",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Show others", icon=":material/shuffle:", on_click=_reseed)
        st.caption("First row: the originals. Below: variations, as the network may see them.")


def _reseed() -> None:
    st.session_state["train_preview_seed"] += 1
