"""One drawing of My digits: look at it, correct its label, delete it, and take that back."""

import cv2
import numpy as np
import streamlit as st

from digits.drawings import drawing as drawings
from digits.drawings import store
from digits.drawings.drawing import Drawing
from digits.errors import DigitsError
from digits.inference.prediction import predict_many
from digits.inference.recognizer import Recognizer
from pages.shared.text import confidence_text

ZOOM = 5  # screen px for each of 28 x 28


def open_one(drawing_id: str | None) -> None:
    """Show the drawing with that id beside the sheet; None closes it."""
    if drawing_id is None:
        st.session_state.pop("draw_mine_open", None)
    else:
        st.session_state["draw_mine_open"] = drawing_id


def show(drawing: Drawing, recognizer: Recognizer) -> None:
    """As it was drawn and as the network sees it, with its label to be corrected."""
    [predicted] = predict_many(drawing.seen[np.newaxis], recognizer)
    with st.container(border=True, key="draw_mine_one"):
        with st.container(horizontal=True, vertical_alignment="center"):
            large = cv2.resize(drawing.seen, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_NEAREST)
            st.image(drawing.picture, width=28 * ZOOM, alt=f"A {drawing.label} as it was drawn")
            st.image(large, width=28 * ZOOM, alt="The same as the network sees it", output_format="PNG")
        st.markdown(f"Prediction: **{predicted.digit}**, {confidence_text(predicted.probabilities)}.")
        key = f"draw_mine_label_{drawing.id}"
        st.session_state[key] = drawing.label
        st.pills("It is a …", range(10), key=key, required=True, on_change=_relabel, args=(drawing, key))
        with st.container(horizontal=True):
            st.button("Delete", icon=":material/delete:", key="draw_mine_delete", on_click=_delete, args=(drawing.id,))
            st.button("Close", icon=":material/close:", key="draw_mine_close", on_click=open_one, args=(None,))


def offer_undo() -> None:
    """After a deletion: what was deleted can be put back, until the page is left."""
    if problem := st.session_state.pop("draw_mine_problem", None):
        st.error(problem, icon=":material/error:")
    gone = st.session_state.get("draw_mine_gone")
    if gone:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"A {gone['label']} was deleted.")
            st.button("Put it back", icon=":material/undo:", key="draw_mine_undo", on_click=_put_back)


def _relabel(drawing: Drawing, key: str) -> None:
    label = st.session_state[key]
    _try(lambda: store.put(drawings.read(drawing.as_dict() | {"label": label})))


def _delete(drawing_id: str) -> None:
    def delete() -> None:
        gone = store.remove(drawing_id)
        st.session_state["draw_mine_gone"] = gone.as_dict() if gone else None

    _try(delete)
    open_one(None)


def _put_back() -> None:
    _try(lambda: store.put(drawings.read(st.session_state.pop("draw_mine_gone"))))


def _try(action) -> None:
    try:
        action()
    except DigitsError as error:
        st.session_state["draw_mine_problem"] = str(error)
