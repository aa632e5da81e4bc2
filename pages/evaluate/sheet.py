"""A sheet with many digits of a test set, each with its label and the prediction.

A click on one opens it.
"""

import math

import numpy as np
import streamlit as st

from digits.figures.images import gallery
from pages.evaluate import choice
from pages.shared.text import percent

COLUMNS, PER_PAGE = 8, 40


def show(found: np.ndarray, images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Show the digits with the indices `found`, a page at a time.

    images: (n, 28, 28) uint8, labels: (n,), probabilities: (n, 10), of the whole test set.
    """
    if not len(found):
        st.success("There is no such digit.", icon=":material/check_circle:")
        return
    pages = math.ceil(len(found) / PER_PAGE)
    page = min(st.pagination(pages, key="evaluate_page") if pages > 1 else 1, pages)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    predicted, confidence = probabilities[shown].argmax(axis=1), probabilities[shown].max(axis=1)
    lines = list(zip(shown.tolist(), labels[shown].tolist(), predicted.tolist(), confidence.tolist(), strict=True))
    captions = [f"{label} → {digit}" if label != digit else f"{digit}" for _, label, digit, _ in lines]
    st.plotly_chart(
        gallery(
            images[shown],
            [
                f"digit {index:,}: label {label}, prediction {digit}, {percent(p)} confidence"
                for index, label, digit, p in lines
            ],
            columns=COLUMNS,
            captions=captions,
        ),
        key="evaluate_sheet",
        on_select=lambda: _open(shown),
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Digits, label → prediction: " + ", ".join(captions),
    )
    st.caption(f"{len(found):,} digit{'s' * (len(found) != 1)}. Below each: label → prediction.")
    st.button(
        "Open the first digit", icon=":material/zoom_in:", shortcut="O", on_click=choice.open_digit,
        args=(int(shown[0]),),
    )  # fmt: skip


def _open(shown: np.ndarray) -> None:
    """Open the digit that was clicked."""
    if points := st.session_state["evaluate_sheet"].selection.points:
        choice.open_digit(int(shown[points[0]["point_index"]]))
