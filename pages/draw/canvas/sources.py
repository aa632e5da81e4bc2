"""Where the digit comes from: the canvas, a picture or a test set; and whether it is one digit or a number.

The page shows the chosen one.
"""

import streamlit as st

from pages.draw.canvas import canvas, sample_digit, upload

CANVAS, PICTURE, TEST_DIGIT = "Canvas", "Picture", "Test digit"
INK = {CANVAS: canvas.ink, PICTURE: upload.ink, TEST_DIGIT: sample_digit.ink}
"""What shows each source and returns its ink."""


def choose_source(*, one_digit: bool) -> tuple[str, bool]:
    """Let the user choose; return the source, and whether there are several digits. one_digit: there are not."""
    with st.container(horizontal=True, vertical_alignment="center"):
        source = st.segmented_control(
            "From", list(INK), default=CANVAS, required=True, key="draw_source", label_visibility="collapsed",
            on_change=canvas.move_canvas,
        )  # fmt: skip
        one_digit = one_digit or source == TEST_DIGIT
        several = st.toggle(
            "Several digits", key="draw_multi_digit", persist_state="session", disabled=one_digit,
            help="Predicts a number, such as 2047. Draw its digits beside each other, with a gap between them.",
        )  # fmt: skip
    st.html(canvas.FIT)
    return source, several and not one_digit
