"""One of My drawings, opened: how it was drawn, what the network sees and predicts, and its label to correct.

It can be deleted, and a deletion can be undone.
"""

from dataclasses import replace

import numpy as np
import streamlit as st

from digits.drawings import store
from digits.drawings.drawing import SIDE, Drawing
from digits.inference.prediction import predict_many
from digits.inference.recognizer import Recognizer
from pages.draw.my_drawings import sharing
from pages.shared.errors import attempt
from pages.shared.picture import show_enlarged
from pages.shared.text import confidence_text
from pages.shared.visitor import drawers, owner

ZOOM = 5  # screen px for each of 28 x 28


def open_drawing(drawing_id: str | None) -> None:
    """Show the drawing with that id beside the sheet; None closes it."""
    st.session_state["draw_open"] = drawing_id


def opened() -> Drawing | None:
    """Return the drawing that is open; None if there is none any more."""
    drawing_id = st.session_state.get("draw_open")
    return store.find(drawing_id, drawers()) if drawing_id else None


def show(drawing: Drawing, recognizer: Recognizer) -> None:
    """Show the drawing, its prediction and its label."""
    [predicted] = predict_many(drawing.seen[np.newaxis], recognizer)
    with st.container(border=True, key="draw_detail"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.image(drawing.picture, width=SIDE * ZOOM, alt=f"A {drawing.label} as it was drawn")
            show_enlarged(drawing.seen, ZOOM, alt="The same as the network sees it")
        st.markdown(f"Prediction: **{predicted.digit}** · {confidence_text(predicted.probabilities)}")
        key = f"draw_relabel_{drawing.id}"
        st.session_state[key] = drawing.label
        st.pills(
            "Label", range(10), key=key, required=True,
            on_change=lambda: attempt(_relabel, drawing, st.session_state[key]),
        )  # fmt: skip
        sharing.show_one(drawing)
        with st.container(horizontal=True):
            st.button(
                "Delete drawing", icon=":material/delete:", key="draw_delete", on_click=attempt,
                args=(_delete, drawing),
            )  # fmt: skip
            st.button("Close", icon=":material/close:", key="draw_close", on_click=open_drawing, args=(None,))


def offer_undo() -> None:
    """After a deletion, offer to undo it."""
    if deleted := st.session_state.get("draw_deleted"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"A drawing with the label {deleted['label']} was deleted.")
            st.button("Undo deletion", icon=":material/undo:", key="draw_undelete", on_click=attempt, args=(_undelete,))


def _relabel(drawing: Drawing, label: int) -> None:
    store.put(replace(drawing, label=label), owner=drawing.owner)


def _delete(drawing: Drawing) -> None:
    deleted = store.remove(drawing.id, owner=drawing.owner)
    # Plain values, which last as long as the session, whatever becomes of the class.
    st.session_state["draw_deleted"] = deleted and vars(deleted) | {"seen": deleted.seen.tobytes()}
    open_drawing(None)


def _undelete() -> None:
    deleted = st.session_state["draw_deleted"]
    seen = np.frombuffer(deleted["seen"], np.uint8).reshape(SIDE, SIDE)
    store.put(Drawing(**deleted | {"seen": seen}), owner=owner())
    st.session_state["draw_deleted"] = None
