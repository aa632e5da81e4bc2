"""A sheet of digits, of all classes or of one, page by page.

They can be shuffled, and a click opens one.
"""

import math

import numpy as np
import streamlit as st

from digits.data.dataset import Dataset
from digits.data.splits import Split
from digits.figures import images
from pages.shared import links

PER_PAGE = 64


def show(dataset: Dataset, parts: Split) -> None:
    """Show the digits of a page, and the choices beside them."""
    sheet, words = st.columns(2, gap="large")
    with words:
        links.follow("digit", "explore_digit", range(10))
        digit = st.pills("Only the digit", range(10), key="explore_digit", on_change=_to_first_page)
        among = np.arange(len(dataset.labels)) if digit is None else np.flatnonzero(dataset.labels == digit)
        seed = st.session_state.get("explore_seed")
        with st.container(horizontal=True):
            st.button("Shuffle", icon=":material/shuffle:", key="explore_shuffle", on_click=_shuffle)
            st.button(
                "In order", icon=":material/sort:", key="explore_in_order", on_click=_in_order, disabled=seed is None
            )
        if seed is not None:
            among = np.random.default_rng(seed).permutation(among)
        page = st.pagination(math.ceil(len(among) / PER_PAGE), key="explore_page")
        shown = among[(page - 1) * PER_PAGE : page * PER_PAGE].tolist()
        st.caption(
            f"{len(among):,} digits, {PER_PAGE} on a page. Point at one to see its index and label. Click to open it."
        )
    with sheet:
        st.plotly_chart(
            images.gallery(dataset.images[shown], [f"index {index:,}: a {dataset.labels[index]}" for index in shown]),
            key="explore_gallery",
            on_select=lambda: _open(shown),
            selection_mode="points",
            config={"displayModeBar": False},
            alt=f"{len(shown)} handwritten digits" + ("" if digit is None else f", all of them {digit}"),
        )


def _to_first_page() -> None:
    st.session_state["explore_page"] = 1


def _shuffle() -> None:
    st.session_state["explore_seed"] = st.session_state.get("explore_seed", -1) + 1
    _to_first_page()


def _in_order() -> None:
    st.session_state.pop("explore_seed", None)
    _to_first_page()


def _open(shown: list[int]) -> None:
    """Show the digit that was clicked, in the tab for one digit."""
    if points := st.session_state["explore_gallery"].selection.points:
        st.session_state["explore_index"] = shown[points[0]["point_index"]]
        st.session_state["explore_view"] = "One digit"
