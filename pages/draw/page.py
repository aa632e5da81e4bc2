"""Draw: a digit on a canvas, or a picture of one, read at every stroke."""

import streamlit as st

from digits.errors import BlankDrawing, DigitsError
from digits.inference.preprocessing import steps, to_mnist
from digits.inference.segmentation import separate, separate_strokes
from pages.draw.answer import activations, explanation, live_training, multi_digit, prediction, preprocessing
from pages.draw.canvas import canvas, practice, recent, sample_digit, upload
from pages.draw.my_drawings import label_drawing, my_drawings
from pages.shared import cache, pickers
from pages.shared.errors import told
from pages.shared.text import isolated

WAYS = {"Canvas": canvas.ink, "Picture": upload.ink, "Test digit": sample_digit.ink}
VERDICT_HEIGHT = 104  # px, reserved above the canvas, so that it stays where it is when the answer comes

if st.session_state.get("page_is_new"):
    canvas.move_canvas()
head = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
head.title("Draw", anchor=False, width="content")
followed = live_training.offer(head)
if not followed:
    st.markdown("Draw a digit, as large as you like and wherever you like, or a number. It is read at every stroke.")
    with st.container(horizontal=True):
        run = pickers.model()
        other = pickers.other_model(run)
    with told():
        recognizer, gate = cache.recognizer(run), cache.gate()
    how_sure = prediction.how_sure(run)
with st.container(horizontal=True, vertical_alignment="center"):
    source = st.segmented_control(
        "From", list(WAYS), default="Canvas", required=True, key="draw_from", label_visibility="collapsed",
        on_change=canvas.move_canvas,
    )  # fmt: skip
    several = st.toggle(
        "Several digits", key="draw_several", persist_state="session",
        disabled=source == "Test digit" or followed is not None,
        help="Reads a number, such as 2047: its digits beside each other, with a gap between them.",
    )  # fmt: skip
st.html(canvas.FIT)


@st.fragment
def read() -> None:
    """Canvas and answer in one fragment, so that a stroke reruns only them, and as little as can be."""
    if recent.has_grown():
        st.rerun()
    left, right = st.columns([5, 7], gap="large")
    with left:
        verdict = st.container(height=VERDICT_HEIGHT, border=False)
    if not followed:
        with right:
            practice.show(recognizer)
    try:
        with left:
            ink = WAYS[source]()
        if followed:
            picture = to_mnist(ink)
            verdict.markdown(live_training.aside(picture))
            with right:
                live_training.show(followed, picture)
        elif several and source != "Test digit":
            on_canvas = source == "Canvas"
            parts = separate_strokes(canvas.strokes(), (canvas.SIDE, canvas.SIDE)) if on_canvas else separate(ink)
            said, probability = multi_digit.show(ink, parts, recognizer, gate, verdict, right)
        else:
            way = steps(ink)
            seen, said, probability = prediction.show(ink, way, recognizer, gate, how_sure, verdict, right)
            if source != "Test digit":  # whose label is known, and which no network may learn from
                with left:
                    label_drawing.show(ink, way.picture, canvas.objects() if source == "Canvas" else [])
            with right:
                if other:
                    prediction.compare(seen, isolated(other.name), cache.recognizer(other))
                explanation.show(
                    seen, recognizer, canvas.strokes() if source == "Canvas" else [], (canvas.SIDE, canvas.SIDE)
                )
                activations.show(run, seen)
        if source == "Canvas" and not followed:
            recent.remember(canvas.png(), said, probability)
    except BlankDrawing as advice:
        verdict.info(str(advice), icon=":material/draw:")
        with right:
            if followed:
                live_training.show(followed, None)
            elif several:
                st.markdown(preprocessing.WAY)
            else:
                prediction.wait()
    except DigitsError as error:
        verdict.error(str(error), icon=":material/error:")


read()
recent.show()
if not followed:
    my_drawings.show(run, recognizer)
