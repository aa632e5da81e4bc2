"""Where the digit comes from: the canvas, a picture or a test set; and whether it is one digit or a number.

The page shows the chosen one.
"""

import numpy as np
import streamlit as st

from digits.errors import BlankDrawing
from digits.inference.preprocessing import FAINT
from pages.draw.canvas import canvas, sample_digit, upload

CANVAS, PICTURE, TEST_DIGIT = "Canvas", "Picture", "Test digit"
INK = {CANVAS: canvas.ink, PICTURE: upload.ink, TEST_DIGIT: sample_digit.ink}
"""What shows each source and returns its ink."""
AUTOMATIC, ONE_DIGIT, NUMBER = "Digit or number", "One digit", "Number"
ICONS = {CANVAS: ":material/draw:", PICTURE: ":material/image:", TEST_DIGIT: ":material/casino:"}
NO_INK = "We found no digit in this picture: all of it has one brightness. Choose one with a dark digit on light paper."


def chosen() -> str:
    """Return the present source."""
    return st.session_state.setdefault("draw_source", CANVAS)


def offer_others(present: str) -> None:
    """Show a small link to each of the other sources."""
    for source in INK:
        if source != present:
            st.button(
                source, icon=ICONS[source], type="tertiary", key=f"draw_choose_{source}", on_click=_choose,
                args=(source,),
            )  # fmt: skip


def choose_count() -> str:
    """Let the user choose whether the drawing is a number: AUTOMATIC, ONE_DIGIT or NUMBER."""
    return st.segmented_control(
        "One digit or a number", [AUTOMATIC, ONE_DIGIT, NUMBER], default=AUTOMATIC, required=True, key="draw_count",
        persist_state="session", label_visibility="collapsed",
        help="A number, such as 2047, is several digits beside each other. **Digit or number** finds out by itself.",
    )  # fmt: skip


def read_ink(source: str) -> np.ndarray:
    """Show the source and return its ink, (H, W) uint8. Raises BlankDrawing, UnreadablePicture."""
    ink = INK[source]()
    if source == PICTURE and not (ink > FAINT).any():
        raise BlankDrawing(NO_INK)
    return ink


def _choose(source: str) -> None:
    st.session_state["draw_source"] = source
    canvas.move_canvas()
