"""The drawing on the canvas of the Draw page, for every page that shows it."""

from typing import Any

import numpy as np
import streamlit as st

from digits.errors import DigitsError
from digits.inference.preprocessing import to_mnist
from digits.inference.strokes import paint, read_strokes

SIDE = 384  # px of the canvas


def on_canvas() -> list[Any]:
    """Return the strokes on the canvas now, as `digits.drawings.drawing.plain_strokes` has them; none while empty."""
    return st.session_state.get("draw_strokes", [])


def current() -> np.ndarray | None:
    """Return what a network sees of the last drawing, (28, 28) uint8; None if there is none, or it is not one digit.

    The last drawing is the one on the canvas; while that is empty, the one that was cleared last.
    """
    recent = st.session_state.get("draw_recent", [])
    if strokes := on_canvas():
        # Not predicted yet means drawn while the page followed a training: one digit.
        predicted = st.session_state.get("draw_predicted", {}).get("predicted", "0")
    elif recent:
        strokes, predicted = recent[0]["strokes"], recent[0]["predicted"]
    if not strokes or predicted not in set("0123456789"):
        return None
    try:
        return to_mnist(ink(strokes))
    except DigitsError:
        return None


def ink(strokes: list[Any]) -> np.ndarray:
    """Paint plain strokes: (SIDE, SIDE) uint8, 0 = paper, 255 = ink. Raises UnreadablePicture."""
    return paint(read_strokes({"objects": strokes}), (SIDE, SIDE))
