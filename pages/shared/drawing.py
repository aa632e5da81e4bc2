"""The digit on the canvas of the Draw page, for the pages that show where it belongs."""

import numpy as np
import streamlit as st

from digits.errors import DigitsError
from digits.inference.picture import canvas_ink
from digits.inference.preprocessing import to_mnist

SIDE = 384  # px of the canvas


def current() -> np.ndarray | None:
    """What a network sees of the last drawing, (28, 28) uint8; None if there is none, or it is a number."""
    drawings = [st.session_state.get("draw_current"), *st.session_state.get("draw_recent", [])]
    drawing = next((drawing for drawing in drawings if drawing), None)
    if drawing is None or len(drawing["said"]) != 1:
        return None
    try:
        return to_mnist(canvas_ink(drawing["png"], (SIDE, SIDE)))
    except DigitsError:
        return None
