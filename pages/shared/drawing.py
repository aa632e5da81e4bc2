"""The drawing on the canvas of the Draw page, for every page that shows it."""

from typing import Any

import numpy as np
import streamlit as st

from digits.errors import DigitsError
from digits.inference.picture import canvas_ink
from digits.inference.preprocessing import to_mnist

SIDE = 384  # px of the canvas


def on_canvas() -> dict[str, Any] | None:
    """Return what is on the canvas now; None while it is empty.

    {png, drawing (as the canvas sent it)}; once it has been predicted, also predicted (the digits as text) and
    confidence (0 to 1). After Undo this is an earlier drawing, so ask again at each run.
    """
    strokes = st.session_state.get("draw_done")
    return strokes[-1] if strokes and strokes[-1]["drawing"]["objects"] else None


def current() -> np.ndarray | None:
    """Return what a network sees of the last drawing, (28, 28) uint8; None if there is none, or it is not one digit.

    The last drawing is the one on the canvas; while that is empty, the one that was cleared last.
    """
    recent = st.session_state.get("draw_recent", [])
    drawing = on_canvas() or (recent[0] if recent else None)
    # Not predicted yet means drawn while the page followed a training: one digit.
    if drawing is None or drawing.get("predicted", "0") not in set("0123456789"):
        return None
    try:
        return to_mnist(canvas_ink(drawing["png"], (SIDE, SIDE)))
    except DigitsError:
        return None
