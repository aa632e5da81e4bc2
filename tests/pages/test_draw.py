"""The Draw page with a canvas that sends what the test says."""

import sys
from itertools import pairwise
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from digits.inference.picture import canvas_ink
from digits.inference.preprocessing import to_mnist
from pages.shared import cache, drawing
from pages.shared.text import isolated
from tests.pages.conftest import click, execute, texts

PATH = {"type": "Path", "path": [["M", 200, 60], ["L", 200, 320]], "strokeWidth": 24}
ROOF = {"type": "Path", "path": [["M", 100, 80], ["L", 280, 80]], "strokeWidth": 24}
STEM = {"type": "Path", "path": [["M", 280, 80], ["L", 170, 320]], "strokeWidth": 24}


class FakeCanvas:
    """What the component returns after a stroke."""

    def __init__(self, png, objects=(PATH,)):
        self.image_bytes, self.json_data = png, {"objects": list(objects)}


def drawn(*lines, width=24, shape=(384, 384)):
    """Return a PNG as the canvas makes it: white lines on black."""
    paper = np.zeros((*shape, 4), np.uint8)
    paper[..., 3] = 255
    for start, end in lines:
        cv2.line(paper, start, end, (255, 255, 255, 255), width, cv2.LINE_AA)
    return cv2.imencode(".png", paper)[1].tobytes()


def captions(page):
    """Return the captions of all pictures."""
    return [picture.caption for image in page.get("image") for picture in image.proto.imgs]


ONE = drawn(((200, 60), (190, 320)))
SEVEN = drawn(((100, 80), (280, 80)), ((280, 80), (170, 320)))
ZIGZAG = [(60 + 20 * turn, 100 if turn % 2 else 280) for turn in range(14)]
SCRIBBLE = drawn(*pairwise(ZIGZAG), width=8)


@pytest.fixture
def canvas(monkeypatch, open_page, with_sample):
    """canvas(value) lets the canvas return that value from now on."""
    if "streamlit_drawable_canvas" not in sys.modules:
        open_page("draw")  # the component can only be imported once an app is running
    import streamlit_drawable_canvas

    def set_to(value):
        monkeypatch.setattr(streamlit_drawable_canvas, "st_canvas", lambda **arguments: value)

    set_to(FakeCanvas(None))
    return set_to


@pytest.fixture
def draw(canvas, open_page):
    """draw(value, **link) opens the page with that value on the canvas."""

    def draw(value, **link):
        canvas(value)
        return open_page("draw", **link)

    return draw


def draw_again(page, canvas, value):
    """Send another value from the same canvas."""
    canvas(value)
    page.run()
    assert not page.exception


def recent(page):
    """Return the predictions of the recent drawings, the newest first."""
    return [drawing["predicted"] for drawing in page.session_state["draw_recent"]]


def test_an_empty_canvas_shows_advice_and_no_digit(draw):
    page = draw(FakeCanvas(None))
    assert [info.value for info in page.info] == ["There is nothing on the canvas yet. Draw a digit, 0 to 9."]
    (bars,) = page.get("plotly_chart")
    assert not page.metric and bars.proto.alt == "; ".join(f"{digit}: 0%" for digit in range(10))
    assert "From your drawing to 28 × 28 pixels" in texts(page)


@pytest.mark.parametrize(("png", "digit"), [(ONE, "1"), (SEVEN, "7")])
def test_a_stroke_is_predicted_without_a_button(draw, canvas, png, digit):
    page = draw(FakeCanvas(None))
    draw_again(page, canvas, FakeCanvas(png))
    assert [(metric.label, metric.value) for metric in page.metric] == [("Prediction", digit)]
    assert len(page.get("plotly_chart")) == 1 and not page.info


def test_a_small_digit_in_a_corner_is_predicted_and_misclassified_as_drawn(draw):
    page = draw(FakeCanvas(drawn(((20, 20), (70, 20)), ((70, 20), (45, 100)), width=8)))
    assert [(metric.label, metric.value) for metric in page.metric] == [("Prediction", "7")]
    page.segmented_control(key="draw_input").set_value("As drawn").run()
    assert not page.exception  # both predictions are in front of the user
    (raw_label, raw), (label, prepared) = [(metric.label, metric.value) for metric in page.metric]
    assert (raw_label, label, prepared) == ("As drawn", "As MNIST", "7") and raw != "7"
    assert captions(page) == ["1. As drawn", "2. Shrunk: what the network sees"]


def test_a_scribble_is_not_a_digit_and_its_closest_digit_is_named(draw, canvas):
    page = draw(FakeCanvas(SCRIBBLE), model="starter")
    assert not page.metric
    assert "**That doesn't look like a digit.**" in texts(page) and "Closest: " in texts(page)
    assert len(page.get("plotly_chart")) == 1
    draw_again(page, canvas, FakeCanvas(SEVEN))
    assert page.metric[0].value == "7" and "doesn't look" not in texts(page)


def test_the_confidence_comes_with_its_calibration(draw, with_run):
    for model, test_set in (("starter", "On MNIST, official test set"), (with_run.id, "On MNIST sample")):
        page = draw(FakeCanvas(SEVEN), model=model)
        (help_text,) = {caption.help for caption in page.caption if caption.help}
        assert test_set in help_text and "differ by" in help_text and "It rejects 1 in 100 digits" in help_text
    execute("DELETE FROM results WHERE subject = ?", with_run.id)
    page = draw(FakeCanvas(SEVEN), model=with_run.id)
    assert "not measured yet" in next(caption.help for caption in page.caption if caption.help)


def test_undo_redo_and_clear(draw, canvas):
    page = draw(FakeCanvas(ONE))
    draw_again(page, canvas, FakeCanvas(SEVEN))
    canvas(FakeCanvas(None))  # a fresh canvas has sent nothing yet
    click(page, "Undo")
    assert page.metric[0].value == "1"
    click(page, "Redo")
    assert page.metric[0].value == "7"
    click(page, "Clear")
    assert not page.metric and "nothing on the canvas" in page.info[0].value


def test_clear_keeps_the_drawing_on_the_canvas_and_not_the_one_that_was_undone(draw, canvas):
    page = draw(FakeCanvas(ONE))
    draw_again(page, canvas, FakeCanvas(SEVEN))
    canvas(FakeCanvas(None))
    click(page, "Undo")
    click(page, "Clear")
    assert recent(page) == ["1"]
    draw_again(page, canvas, FakeCanvas(SEVEN))
    canvas(FakeCanvas(None))
    click(page, "Undo")  # of the only drawing: the canvas is empty
    click(page, "Clear")
    assert recent(page) == ["1"]


def test_the_last_drawing_for_the_map_is_the_one_on_the_canvas(draw, canvas, monkeypatch):
    page = draw(FakeCanvas(ONE))

    def last():
        with monkeypatch.context() as patch:
            patch.setattr(drawing, "st", SimpleNamespace(session_state=page.session_state.to_dict()))
            return drawing.current()

    def is_last(png):
        return (last() == to_mnist(canvas_ink(png, (384, 384)))).all()

    draw_again(page, canvas, FakeCanvas(SEVEN))
    assert is_last(SEVEN)
    canvas(FakeCanvas(None))
    click(page, "Undo")
    assert is_last(ONE)
    click(page, "Undo")
    assert last() is None
    click(page, "Redo")
    click(page, "Clear")
    assert is_last(ONE)  # while the canvas is empty, the drawing that was cleared last
    draw_again(page, canvas, FakeCanvas(SCRIBBLE))
    assert last() is None


def test_a_broken_canvas_gets_one_sentence_and_the_next_stroke_is_predicted(draw, canvas):
    page = draw(FakeCanvas(b"not a png"))
    assert [error.value for error in page.error] == ["We couldn't read that drawing. Press Clear and try again."]
    assert not page.metric
    draw_again(page, canvas, FakeCanvas(ONE))
    assert page.metric[0].value == "1" and not page.error


def test_the_model_is_a_link(open_page, canvas, with_run):
    assert open_page("draw", model="starter").selectbox(key="model").value == "starter"
    assert open_page("draw").selectbox(key="model").value == with_run.id


def test_a_chosen_model_is_remembered(open_page, canvas, with_run):
    open_page("draw").selectbox(key="model").set_value("starter").run()
    assert open_page("draw").selectbox(key="model").value == "starter"


def test_a_damaged_model_is_reported_and_another_can_be_chosen(open_page, canvas, with_run):
    (with_run.model.folder / with_run.model.files["model.tflite"].name).write_bytes(b"cut")
    cache.recognizer.clear()  # another test may have read the whole one
    page = open_page("draw")
    assert "damaged" in page.error[0].value
    page.selectbox(key="model").set_value("starter").run()
    assert not page.error and not page.exception


def test_the_stages_to_28_by_28_are_shown_with_the_stroke_width_before_and_after(draw):
    page = draw(FakeCanvas(drawn(((200, 60), (190, 320)), width=8)))
    assert captions(page) == [
        "1. As drawn", "2. Cut out", "3. Scaled; strokes 0.7 px", "4. What the network sees; strokes 2.2 px",
    ]  # fmt: skip


def test_the_explanation_shows_the_places_and_what_each_stroke_changes(draw, canvas):
    page = draw(FakeCanvas(SEVEN, objects=[ROOF, STEM]))
    assert len(page.get("plotly_chart")) == 1
    page.toggle(key="draw_explanation").set_value(True).run()
    assert not page.exception and len(page.get("plotly_chart")) == 3
    draw_again(page, canvas, FakeCanvas(ONE))  # of one stroke only: the places are left, and a sentence on strokes
    assert len(page.get("plotly_chart")) == 2


def test_strokes_that_cannot_be_read_get_one_sentence_and_the_prediction_stays(draw):
    page = draw(FakeCanvas(SEVEN, objects=[{"path": [["M", "x", 2]], "strokeWidth": 3}] * 2))
    assert page.metric[0].value == "7" and not page.error
    page.toggle(key="draw_explanation").set_value(True).run()
    assert not page.exception and page.metric[0].value == "7"
    assert "couldn't read the strokes" in page.error[0].value


def test_two_models_predict_the_same_drawing_side_by_side(draw, with_run):
    page = draw(FakeCanvas(SEVEN), model="starter")
    page.selectbox(key="other_model").set_value(with_run.id).run()
    assert page.query_params["other_model"] == with_run.id
    assert not page.exception and page.metric[0].value == "7"
    assert len(page.get("plotly_chart")) == 2
    assert any(text.value.startswith(f"{isolated(with_run.name)}: ") for text in page.get("text"))


def test_a_digit_from_the_test_set_stands_in_for_a_drawing(open_page, canvas):
    page = open_page("draw")
    page.segmented_control(key="draw_source").set_value("Test digit").run()
    assert not page.exception and len(page.metric) == 1
    for digit in (3, 8):
        page.pills(key="draw_sample_label").set_value(digit).run()
        assert not page.exception
        assert captions(page)[0].endswith(f"from the test set. Label: {digit}.")


def test_clear_keeps_each_drawing_to_be_downloaded(draw, canvas):
    page = draw(FakeCanvas(None))
    assert not page.get("download_button")
    for png in (ONE, SEVEN):
        draw_again(page, canvas, FakeCanvas(png))
        canvas(FakeCanvas(None))
        click(page, "Clear")
    assert len(page.get("download_button")) == 2 and recent(page) == ["7", "1"]


def test_several_digits_are_predicted_as_a_number_each_with_its_own_bars(draw):
    lines = ((60, 120), (55, 240)), ((150, 120), (230, 120)), ((230, 120), (180, 240)), ((310, 120), (305, 240))
    strokes = [{"path": [["M", *start], ["L", *end]], "strokeWidth": 12} for start, end in lines]
    page = draw(FakeCanvas(drawn(*lines, width=12), objects=strokes), model="starter")
    page.toggle(key="draw_multi_digit").set_value(True).run()
    assert not page.exception and page.metric[0].value == "171"
    assert len(page.get("plotly_chart")) == 3 and "touch" not in texts(page)


def test_a_part_of_a_number_that_is_not_a_digit_is_marked(draw):
    one = [["M", 60, 120], ["L", 55, 260]]
    zigzag = [["M", 150, 120], *(["L", 160 + 15 * turn, 260 if turn % 2 else 120] for turn in range(12))]
    objects = [{"path": path, "strokeWidth": 6} for path in (one, zigzag)]
    page = draw(FakeCanvas(SEVEN, objects=objects), model="starter")
    page.toggle(key="draw_multi_digit").set_value(True).run()
    assert not page.exception and page.metric[0].value == "1?"
    assert "Part 2 doesn't look like a digit" in texts(page)


def test_digits_that_may_touch_are_pointed_out(draw):
    joined = [["M", 40, 130], ["L", 40, 270], ["L", 340, 200], ["L", 340, 130], ["L", 340, 270]]
    page = draw(FakeCanvas(SEVEN, objects=[{"path": joined, "strokeWidth": 12}]), model="starter")
    page.toggle(key="draw_multi_digit").set_value(True).run()
    assert not page.exception and "may be two digits that touch" in texts(page)
