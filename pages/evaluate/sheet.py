"""A sheet with many digits of a test set, each with its label and the prediction."""

import numpy as np
import streamlit as st

from digits.figures.images import gallery
from pages.evaluate import choice
from pages.shared import paging
from pages.shared.charts import chart
from pages.shared.text import percent

PER_PAGE = 40


def show(found: np.ndarray, images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> None:
    """Show the digits with the indices `found`, a page at a time; a click on one opens it.

    images: (n, 28, 28) uint8, labels: (n,), probabilities: (n, 10), of the whole test set.
    """
    if not len(found):
        st.success("There is no such digit.", icon=":material/check_circle:")
        return
    shown = found[paging.turn(len(found), PER_PAGE, "evaluate_page")].tolist()
    titles, captions = [], []
    for index in shown:
        label, digit, confidence = labels[index], probabilities[index].argmax(), probabilities[index].max()
        titles.append(f"digit {index:,}: label {label}, prediction {digit}, {percent(confidence)} confidence")
        captions.append(f"{label} → {digit}" if label != digit else f"{digit}")
    chart(
        gallery(images[shown], titles, captions=captions),
        key="evaluate_sheet",
        on_click=lambda point: choice.open_digit(shown[point["point_index"]]),
        alt="Digits, label → prediction: " + ", ".join(captions),
    )
    st.caption(f"{len(found):,} digit{'s' * (len(found) != 1)}. Below each: label → prediction.")
    st.button(
        "Open the first digit", icon=":material/zoom_in:", shortcut="O", on_click=choice.open_digit, args=(shown[0],)
    )
