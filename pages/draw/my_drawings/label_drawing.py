"""The panel that labels the drawing on the canvas: ten buttons, and a note once the drawing is kept.

Labelled drawings are listed under My drawings, and a model can be fine-tuned with them.
"""

from typing import Any

import numpy as np
import streamlit as st

from digits.drawings import store
from digits.drawings.drawing import drawing_id, make
from pages.shared.errors import attempt
from pages.shared.visitor import drawers, owner


def show(ink: np.ndarray, image: np.ndarray, strokes: list[Any]) -> None:
    """Show the buttons, the present label chosen; choosing it again takes the drawing out of My drawings.

    ink: (H, W) uint8. image: (28, 28) uint8, as MNIST. strokes: plain ones; empty for a photo.
    """
    known = store.find(drawing_id(image), drawers())
    key = f"draw_label_{drawing_id(image)}"
    # Set at each run: the label may have been changed under My drawings.
    st.session_state[key] = known.label if known else None
    st.pills(
        "What did you draw?", range(10), key=key, on_change=attempt,
        args=(_save, key, known.owner if known else owner(), image, ink, strokes),
        help="Choose the digit to save the drawing under My drawings, on this machine only. Choose it again to remove "
        "the drawing.",
    )  # fmt: skip
    if known:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f":material/check: Saved under My drawings with the label {known.label}.", width="content")
            # On a phone the tab is out of sight.
            st.button("Open them", type="tertiary", icon=":material/arrow_downward:", on_click=_open_my_drawings)


def _save(key: str, whose: str, image: np.ndarray, ink: np.ndarray, strokes: list[Any]) -> None:
    label = st.session_state[key]
    if label is None:
        store.remove(drawing_id(image), owner=whose)
    else:
        store.put(make(image, ink, label, strokes), owner=whose)


def _open_my_drawings() -> None:
    st.session_state["draw_tab"] = "My drawings"
