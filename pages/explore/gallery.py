"""A sheet of digits, of all classes or of one, page by page, in order or shuffled."""

import numpy as np
import streamlit as st

from digits.data.dataset import Dataset
from digits.data.sources import SOURCES
from digits.data.splits import Split
from digits.figures import images
from pages.explore.one_digit import open_digit
from pages.shared import links, paging
from pages.shared.charts import chart
from pages.shared.text import counted

PER_PAGE, PAGE = 64, "explore_page"


def show(dataset: Dataset, parts: Split) -> None:
    """Show the digits of a page, and the choices beside them."""
    sheet, words = st.columns(2, gap="large")
    with words:
        digit, is_labelled = None, SOURCES[dataset.source].is_labelled
        if is_labelled:
            links.follow("digit", "explore_digit", range(10))
            digit = st.pills("Only the digit", range(10), key="explore_digit", on_change=paging.back, args=(PAGE,))
        among = np.arange(len(dataset.labels)) if digit is None else np.flatnonzero(dataset.labels == digit)
        seed = st.session_state.get("explore_seed")
        with st.container(horizontal=True):
            st.button("Shuffle", icon=":material/shuffle:", key="explore_shuffle", on_click=_shuffle)
            st.button(
                "In order", icon=":material/sort:", key="explore_in_order", on_click=_in_order, disabled=seed is None
            )
        if seed is not None:
            among = np.random.default_rng(seed).permutation(among)
        shown = among[paging.turn(len(among), PER_PAGE, PAGE)].tolist()
        label = " and label" * is_labelled
        st.caption(
            f"{counted(len(among), 'digit')}, {PER_PAGE} on a page. Point at one to see its index{label}. Select it to "
            "open it."
        )
    with sheet:
        chart(
            images.gallery(
                dataset.images[shown],
                [f"index {index:,}" + f": a {dataset.labels[index]}" * is_labelled for index in shown],
            ),
            key="explore_gallery",
            on_click=lambda point: open_digit(shown[point["point_index"]]),
            alt=f"{len(shown)} handwritten digits" + ("" if digit is None else f", all of them {digit}"),
        )


def _shuffle() -> None:
    st.session_state["explore_seed"] = st.session_state.get("explore_seed", -1) + 1
    paging.back(PAGE)


def _in_order() -> None:
    del st.session_state["explore_seed"]
    paging.back(PAGE)
