"""Whose 7 can't it read? The shared drawings of a digit that a model misclassifies."""

import numpy as np
import streamlit as st

from digits.classes import Class
from digits.classroom import collection, overview
from pages.classroom import wall
from pages.classroom.drawings import EMPTY
from pages.shared import links, pickers
from pages.shared.errors import told
from pages.shared.my_drawings import predicted_drawings
from pages.shared.text import isolated

MOST = 150


def show(of: Class) -> None:
    """Choose a model and a digit; show its drawings that the model misclassifies."""
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        run = pickers.model()
    with right:
        links.follow("digit", "projector_digit", range(10), 7)
        digit = st.pills("Digit", range(10), key="projector_digit", required=True)
    st.fragment(_show, run_every="5s")(of, run, digit)


def _show(of: Class, run, digit: int) -> None:
    found, names = collection.collected(of), overview.names(of)
    if not found.ids:
        st.info(EMPTY, icon=":material/info:")
        return
    st.header(f"Whose {digit} can't it read?", anchor=False)
    with told():
        predicted = predicted_drawings(run, found)
    of_digit = found.labels == digit
    wrong = np.flatnonzero(of_digit & (predicted != digit))
    all_wrong = int((predicted != found.labels).sum())
    st.caption(
        f"Drawings with the label {digit}: {of_digit.sum():,}, misclassified: {len(wrong):,}. All drawings: "
        f"{len(found.ids):,}, misclassified: {all_wrong:,}. Below each: label → prediction, and who drew it."
    )
    if not len(wrong):
        st.success(f"No {digit} is misclassified.", icon=":material/check_circle:")
        return
    wrong = wrong[:MOST]
    wall.show(
        found.images[wrong],
        [f"{digit} → {predicted[place]} · {isolated(names[found.owners[place]])}" for place in wrong],
    )
