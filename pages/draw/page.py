"""Draw: a digit on a canvas, or a picture of one, predicted at every stroke."""

import streamlit as st

from digits.errors import BlankDrawing, DigitsError
from pages.draw.answer import activations, explanation, live_training, multi_digit, prediction, preprocessing
from pages.draw.canvas import canvas, practice, recent
from pages.draw.canvas.sources import CANVAS, INK, TEST_DIGIT, choose_source
from pages.draw.my_drawings import label_drawing, my_drawings
from pages.shared import cache, pickers
from pages.shared.errors import told

ANSWER_HEIGHT = 104  # px, reserved above the canvas, so that the canvas does not move when the answer comes

if st.session_state.get("page_is_new"):
    canvas.move_canvas()
head = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
head.title("Draw", anchor=False, width="content")
training = live_training.offer(head)
if not training:
    st.markdown("Draw a digit anywhere. The prediction updates with every stroke.")
    with st.container(horizontal=True):
        run = pickers.model()
        other = pickers.other_model(run)
    with told():
        models = cache.recognizer(run), cache.detector()
    confidence_help = prediction.confidence_help(run)
source, several = choose_source(one_digit=training is not None)


@st.fragment
def draw() -> None:
    """Show the canvas and the prediction in one fragment, so that a stroke reruns nothing else."""
    if recent.has_grown():
        st.rerun()
    left, right = st.columns([5, 7], gap="large")
    above = left.container(height=ANSWER_HEIGHT, border=False)
    if not training:
        with right:
            practice.show(models[0])
    try:
        with left:
            ink = INK[source]()
        strokes = canvas.strokes() if source == CANVAS else []
        if training:
            live_training.show_drawing(training, ink, above, right)
        elif several:
            number = multi_digit.show(ink, strokes, *models, above, right)
            if source == CANVAS:
                recent.remember(number.text, number.confidence)
        else:
            digit = prediction.show(ink, *models, confidence_help, above, right)
            if source == CANVAS:
                recent.remember(digit.text, digit.confidence)
            if source != TEST_DIGIT:  # its label is known, and no network may learn from a test digit
                with left:
                    label_drawing.show(ink, digit.steps.image, strokes)
            with right:
                prediction.show_other(digit.image, other)
                explanation.show(digit, *models, strokes)
                activations.show(run, digit.image)
    except BlankDrawing as advice:
        above.info(str(advice), icon=":material/draw:")
        with right:
            if training:
                live_training.show(training, None)
            elif several:
                st.markdown(preprocessing.STEPS)
            else:
                prediction.show_empty()
    except DigitsError as error:
        above.error(str(error), icon=":material/error:")


draw()
recent.show()
if not training:
    my_drawings.show(run, models[0])
