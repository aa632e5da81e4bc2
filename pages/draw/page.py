"""Draw: a digit on a canvas, or a picture of one, read at every stroke."""

import streamlit as st

from digits.errors import BlankDrawing, DigitsError
from pages.draw import answer, pad, upload
from pages.shared import cache, pick
from pages.shared.errors import told

VERDICT_HEIGHT = 104  # px, reserved above the canvas, so that it stays where it is when the answer comes

st.title("Draw", anchor=False)
st.markdown("Draw a digit, as large as you like and wherever you like. It is read at every stroke.")

run = pick.model()
with told():
    recognizer = cache.recognizer(run)


@st.fragment
def read() -> None:
    """Canvas and answer in one fragment, so that a stroke reruns only them."""
    left, right = st.columns([5, 7], gap="large")
    with left:
        way = st.segmented_control(
            "From",
            ["Canvas", "Picture"],
            default="Canvas",
            required=True,
            key="draw_from",
            label_visibility="collapsed",
        )
        verdict = st.container(height=VERDICT_HEIGHT, border=False)
    try:
        with left:
            ink = pad.ink() if way == "Canvas" else upload.ink()
        answer.show(ink, recognizer, verdict, right)
    except BlankDrawing as advice:
        verdict.info(str(advice), icon=":material/draw:")
        right.markdown(answer.WAY)
    except DigitsError as error:
        verdict.error(str(error), icon=":material/error:")


read()
