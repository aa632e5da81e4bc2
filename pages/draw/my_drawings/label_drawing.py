"""Say what the drawing really is: it goes into My digits, from which a network can be taught."""

from typing import Any

import numpy as np
import streamlit as st

from digits.drawings import store
from digits.drawings.drawing import drawing_id, make
from digits.errors import DigitsError


def show(ink: np.ndarray, seen: np.ndarray, strokes: list[Any]) -> None:
    """Ten pills, the present label of this drawing among them if it has one; none takes it out of My digits again.

    ink: (H, W) uint8. seen: (28, 28) uint8, the same as MNIST. strokes: as the canvas sent them; none of a photo.
    """
    known = store.find(drawing_id(seen))
    key = f"draw_label_{drawing_id(seen)}"
    # Set at each run: the label may have been changed among My digits.
    st.session_state[key] = known.label if known else None
    st.pills(
        "It is a …", range(10), key=key, on_change=_said, args=(key, seen, ink, strokes),
        help="Say what it really is, and it is kept under My digits, on this machine only. The same digit again takes "
        "it out.",
    )  # fmt: skip
    if problem := st.session_state.pop("draw_say_problem", None):
        st.error(problem, icon=":material/error:")
    elif known:
        st.caption(f":material/check: Among My digits, as a {known.label}.")
    if st.session_state.pop("draw_said", False):
        st.rerun()  # the list below is not in this fragment


def _said(key: str, seen: np.ndarray, ink: np.ndarray, strokes: list[Any]) -> None:
    label = st.session_state[key]
    try:
        if label is None:
            store.remove(drawing_id(seen))
        else:
            store.put(_drawing(seen, ink, label, strokes))
        st.session_state["draw_said"] = True
    except DigitsError as error:
        st.session_state["draw_say_problem"] = str(error)


def _drawing(seen: np.ndarray, ink: np.ndarray, label: int, strokes: list[Any]):
    try:
        return make(seen, ink, label, strokes)
    except ValueError:  # more strokes than a hand draws: the picture will do
        return make(seen, ink, label)
