"""Draw: a digit on a canvas, or a picture of one, predicted at every stroke."""

from pathlib import Path

import streamlit as st

from digits.errors import BlankDrawing, DigitsError
from digits.notebooks import programs
from pages.draw.answer import live_training, multi_digit, prediction, tabs, witnesses
from pages.draw.canvas import canvas, draft, practice, recent, sources
from pages.draw.canvas.sources import CANVAS, ONE_DIGIT, PICTURE, TEST_DIGIT
from pages.draw.my_drawings import label_drawing
from pages.draw.picture import many, rows
from pages.shared import cache, code, pickers
from pages.shared.drawing import on_canvas
from pages.shared.errors import told

if st.session_state.get("page_is_new"):
    canvas.restore()
st.html(Path(__file__).with_name("layout.css"))
head = st.container(horizontal=True, vertical_alignment="bottom", key="draw_head")
head.title("Draw", anchor=False, width="content")
first, menu = head.container(key="draw_model"), head.container(horizontal=True, width="content")
training = live_training.offer(menu)
if not training:
    with first:
        run = pickers.model()
    # In sight where there is a second model, or a link names one.
    with (
        head.container()
        if "other_model" in st.query_params
        else menu.popover("Second model", icon=":material/compare:")
    ):
        other = pickers.other_model(run)
    with told():
        models = cache.recognizer(run), cache.detector()
    confidence_help = prediction.confidence_help(run)


@st.fragment
def draw() -> None:
    """Show the canvas, the prediction and what explains it in one fragment: a stroke reruns nothing else."""
    if recent.has_grown():
        st.rerun()
    row = st.container(horizontal=True, gap="medium", key="draw_row")
    left, right = row.container(key="draw_left"), row.container(key="draw_right")
    source = sources.chosen()
    reads_rows = source == PICTURE and not training and rows.is_on()
    paper = left.container(key=f"draw_from_{source}")
    with left.container(horizontal=True, key="draw_links"):
        sources.offer_others(source)
        count = ONE_DIGIT if training or reads_rows or source == TEST_DIGIT else sources.choose_count()
    with right:
        if not training:
            practice.show(models[0])
        answer, details = st.container(key="draw_answer"), st.container(key="draw_details")
    ink, digit, strokes, parts = None, None, [], []
    try:
        with paper:
            ink = sources.read_ink(source)
        strokes = on_canvas() if source == CANVAS else []
        joined = not training and witnesses.are_joined(run)
        if count != ONE_DIGIT:
            ink, parts = multi_digit.find_digits(ink, strokes, *models, count)
        if training:
            live_training.show_drawing(training, ink, answer, details)
        elif reads_rows:
            pass  # their table says it all; as one digit they would not look like any
        elif parts:
            paths = [witnesses.path(strokes if joined else [], part.on_paper(ink.shape)) for part in parts]
            number = multi_digit.show(ink, parts, *models, answer, details, paths)
            if source == CANVAS:
                recent.remember(number.text, number.confidence)
        else:
            path = witnesses.path(strokes, ink)
            digit = prediction.show(ink, *models, confidence_help, answer, details, path=path, joined=joined)
            if source == CANVAS:
                recent.remember(digit.text, digit.confidence)
            with details:
                if source != TEST_DIGIT:  # its label is known, and no network may learn from a test digit
                    label_drawing.show(ink, digit.steps.image, strokes)
                prediction.show_other(digit, other)
    except BlankDrawing as advice:
        answer.info(str(advice), icon=":material/draw:")
        with details:
            if training:
                live_training.show(training, None)
            else:
                prediction.show_empty()
    except DigitsError as error:
        answer.error(str(error), icon=":material/error:")
    if source == PICTURE and not training:
        with details:
            rows.offer(*models)
            many.offer(*models)
    if not training:
        tabs.show(run, models, digit, ink, strokes)
        if digit:
            code.show(programs.draw, run, ink, digit)
    draft.save()


draw()
recent.show()
