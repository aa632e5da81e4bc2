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
ICONS = {CANVAS: ":material/draw:", PICTURE: ":material/image:", TEST_DIGIT: ":material/casino:"}
NO_INK = "We found no digit in this picture: all of it has one brightness. Choose one with a dark digit on light paper."


def choose_source() -> str:
    """Show a small link to each of the other sources; return the present one."""
    source = st.session_state.setdefault("draw_source", CANVAS)
    for other in INK:
        if other != source:
            st.button(
                other, icon=ICONS[other], type="tertiary", key=f"draw_from_{other}", on_click=_choose, args=(other,)
            )
    return source


def choose_several() -> bool:
    """Let the user choose whether the drawing has several digits."""
    return st.toggle(
        "Several digits", key="draw_multi_digit", persist_state="session",
        help="Predicts a number, such as 2047. Draw its digits beside each other, with a gap between them.",
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
