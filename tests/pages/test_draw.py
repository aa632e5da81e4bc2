"""The Draw page with a canvas that sends what the test says."""

import base64
from itertools import pairwise

import cv2
import numpy as np
import pytest

from pages.shared.text import isolated
from tests.pages.conftest import click, texts

PATH = {"type": "Path", "path": [["M", 200, 60], ["L", 200, 320]], "strokeWidth": 24}
ROOF = {"type": "Path", "path": [["M", 100, 80], ["L", 280, 80]], "strokeWidth": 24}
STEM = {"type": "Path", "path": [["M", 280, 80], ["L", 170, 320]], "strokeWidth": 24}


class FakeCanvas:
    """What the component returns after a stroke."""

    def __init__(self, png, objects=(PATH,)):
        self.image_bytes, self.json_data = png, {"objects": list(objects)}


def drawn(*lines, width=24, shape=(384, 384)):
    """A PNG as the canvas makes it: white lines on black."""
    paper = np.zeros((*shape, 4), np.uint8)
    paper[..., 3] = 255
    for start, end in lines:
        cv2.line(paper, start, end, (255, 255, 255, 255), width, cv2.LINE_AA)
    return cv2.imencode(".png", paper)[1].tobytes()


def captions(page):
    """The captions of all pictures."""
    return [picture.caption for image in page.get("image") for picture in image.proto.imgs]


ONE = drawn(((200, 60), (190, 320)))
SEVEN = drawn(((100, 80), (280, 80)), ((280, 80), (170, 320)))
ZIGZAG = [(60 + 20 * turn, 100 if turn % 2 else 280) for turn in range(14)]
SCRIBBLE = drawn(*pairwise(ZIGZAG), width=8)


@pytest.fixture
def canvas(monkeypatch, open_page, with_sample):
    """canvas(value) lets the canvas return that value, or raise it."""
    open_page("draw")  # the component can only be imported once an app is running
    import streamlit_drawable_canvas

    def set_to(value):
        def st_canvas(**arguments):
            if isinstance(value, Exception):
                raise value
            return value

        monkeypatch.setattr(streamlit_drawable_canvas, "st_canvas", st_canvas)

    set_to(FakeCanvas(None))
    return set_to


def test_an_empty_canvas_shows_advice_and_no_digit(open_page, canvas, with_sample):
    page = open_page("draw")
    assert [info.value for info in page.info] == ["There is nothing on the canvas yet. Draw one digit, 0 to 9."]
    (bars,) = page.get("plotly_chart")
    assert not page.metric and bars.proto.alt == "; ".join(f"{digit}: 0%" for digit in range(10))


@pytest.mark.parametrize(("png", "digit"), [(ONE, "1"), (SEVEN, "7")])
def test_a_stroke_is_read_without_a_button(open_page, canvas, with_sample, png, digit):
    page = open_page("draw")
    canvas(FakeCanvas(png))
    page.run()
    assert not page.exception
    assert [(metric.label, metric.value) for metric in page.metric] == [("Prediction", digit)]
    assert len(page.get("plotly_chart")) == 1 and not page.info


def test_a_small_digit_in_a_corner_is_read_until_the_canvas_is_shown_as_it_is(open_page, canvas, with_sample):
    page = open_page("draw")
    canvas(FakeCanvas(drawn(((20, 20), (70, 20)), ((70, 20), (45, 100)), width=8)))
    page.run()
    assert [(metric.label, metric.value) for metric in page.metric] == [("Prediction", "7")]
    page.segmented_control(key="draw_seen").set_value("As drawn").run()
    assert not page.exception  # both answers are in front of the user
    (raw_label, raw), (label, brought) = [(metric.label, metric.value) for metric in page.metric]
    assert (raw_label, label, brought) == ("As drawn", "As MNIST", "7") and raw != "7"
    assert captions(page) == ["1. As drawn", "2. Shrunk as it is: what the network sees"]


def test_a_scribble_is_said_to_be_no_digit_and_nothing_is_hidden(open_page, canvas, with_sample):
    page = open_page("draw", model="starter")
    canvas(FakeCanvas(SCRIBBLE))
    page.run()
    assert not page.exception
    assert not page.metric
    assert "**This does not look like a digit.**" in texts(page) and "If it is one: " in texts(page)
    assert len(page.get("plotly_chart")) == 1
    canvas(FakeCanvas(SEVEN))
    page.run()
    assert page.metric[0].value == "7" and "does not look" not in texts(page)


def test_how_sure_the_model_is_comes_with_how_well_that_was_measured(open_page, canvas, with_run):
    for model, measured in (("starter", "On MNIST, official test set"), (with_run.id, "On MNIST sample")):
        page = open_page("draw", model=model)
        canvas(FakeCanvas(SEVEN))
        page.run()
        (help_text,) = {caption.help for caption in page.caption if caption.help}
        assert measured in help_text and "differ by" in help_text and "refuse" in help_text
    for report in (with_run.path / "evaluation").glob("*/report.json"):
        report.unlink()
    page = open_page("draw", model=with_run.id)
    page.run()
    assert "not measured yet" in next(caption.help for caption in page.caption if caption.help)


def test_undo_redo_and_clear(open_page, canvas, with_sample):
    page = open_page("draw")
    for png in (ONE, SEVEN):
        canvas(FakeCanvas(png))
        page.run()
    canvas(FakeCanvas(None))  # a fresh canvas has not sent anything yet
    click(page, "Undo")
    assert page.metric[0].value == "1"
    click(page, "Redo")
    assert page.metric[0].value == "7"
    click(page, "Clear")
    assert not page.metric and "nothing on the canvas" in page.info[0].value


@pytest.mark.parametrize(
    "value",
    [
        FakeCanvas(b"no png"),
        FakeCanvas(b""),
        FakeCanvas(12),
        FakeCanvas(ONE[:300]),
        FakeCanvas(drawn(shape=(100, 100))),
        FakeCanvas(ONE, objects=[]).json_data,
        ValueError("not enough values to unpack"),
        AttributeError("'str' object has no attribute 'get'"),
        KeyError("naturalWidth"),
    ],
    ids=["text", "empty", "number", "cut", "other size", "dict", "ValueError", "AttributeError", "KeyError"],
)
def test_a_hostile_canvas_gets_one_sentence_and_the_next_good_stroke_works(open_page, canvas, with_sample, value):
    page = open_page("draw")
    canvas(value)
    page.run()
    assert not page.exception and not page.metric
    assert len(page.error) == 1 and "\n" not in page.error[0].value
    canvas(FakeCanvas(ONE))
    page.run()
    assert page.metric[0].value == "1" and not page.error


@pytest.mark.parametrize(
    "sent",
    [
        {"drawing": 7},
        {"drawing": "text"},
        {"drawing": {"raw": None, "data": "data:image/png;base64," + base64.b64encode(ONE).decode()}},
        {"drawing": {"raw": {"objects": 5}, "data": "data:image/png;base64," + base64.b64encode(ONE).decode()}},
        {"drawing": {"raw": {"objects": []}, "data": "data:image/png;base64,A"}},
        {"drawing": {"raw": {"objects": []}, "data": "no data URL"}},
        {"drawing": {"raw": {"objects": []}, "data": 12}},
        {"drawing": {"raw": {"objects": []}, "data": ["data:image/png;base64,", ""]}},
        {"drawing": {"raw": {"objects": []}, "data": "data:image/png;base64," + "A" * 4_000_000}},
        {"backgroundFit": 5},
        {"backgroundFit": {}},
    ],
    ids=lambda sent: repr(sent)[:60],
)
def test_what_a_browser_made_up_passes_the_real_component_and_gets_one_sentence(
    open_page, with_sample, monkeypatch, sent
):
    page = open_page("draw")
    import streamlit_drawable_canvas

    monkeypatch.setattr(streamlit_drawable_canvas, "out", lambda **arguments: sent)
    page.run()
    assert not page.exception and not page.metric
    assert len(page.error) == 1 and "\n" not in page.error[0].value


def test_the_model_is_a_link(open_page, canvas, with_run):
    assert open_page("draw", model="starter").selectbox(key="model").value == "starter"
    assert open_page("draw").selectbox(key="model").value == with_run.id


def test_a_chosen_model_is_remembered(open_page, canvas, with_run):
    open_page("draw").selectbox(key="model").set_value("starter").run()
    assert open_page("draw").selectbox(key="model").value == "starter"


def test_a_damaged_model_is_said_and_another_can_be_chosen(open_page, canvas, with_run):
    (with_run.path / "model.tflite").write_bytes(b"cut")
    page = open_page("draw")
    assert "model.tflite of the run" in page.error[0].value
    page.selectbox(key="model").set_value("starter").run()
    assert not page.error and not page.exception


def test_the_way_of_the_digit_is_shown_with_its_stroke_width_before_and_after(open_page, canvas, with_sample):
    page = open_page("draw")
    canvas(FakeCanvas(drawn(((200, 60), (190, 320)), width=8)))
    page.run()
    assert captions(page) == [
        "1. As drawn", "2. Cut out", "3. Scaled; strokes 0.7 px", "4. What the network sees; strokes 2.2 px",
    ]  # fmt: skip


def test_why_shows_the_places_and_what_each_stroke_changes(open_page, canvas, with_sample):
    page = open_page("draw")
    canvas(FakeCanvas(SEVEN, objects=[ROOF, STEM]))
    page.run()
    assert len(page.get("plotly_chart")) == 1
    page.toggle(key="draw_why").set_value(True).run()
    assert not page.exception and len(page.get("plotly_chart")) == 3
    canvas(FakeCanvas(ONE))  # of one stroke only: the places are left, and a sentence on strokes
    page.run()
    assert not page.exception and len(page.get("plotly_chart")) == 2


def test_strokes_that_cannot_be_read_get_one_sentence_and_the_answer_stays(open_page, canvas, with_sample):
    page = open_page("draw")
    canvas(FakeCanvas(SEVEN, objects=[{"path": [["M", "x", 2]], "strokeWidth": 3}]))
    page.run()
    assert not page.exception and page.metric[0].value == "7"
    assert "strokes that the canvas sent cannot be read" in page.error[0].value


def test_two_models_read_the_same_drawing_side_by_side(open_page, canvas, with_run):
    page = open_page("draw", model="starter")
    canvas(FakeCanvas(SEVEN))
    page.selectbox(key="other_model").set_value(with_run.id).run()
    assert page.query_params["other_model"] == with_run.id
    assert not page.exception and page.metric[0].value == "7"
    assert len(page.get("plotly_chart")) == 2
    assert any(text.value.startswith(f"{isolated(with_run.name)}: ") for text in page.get("text"))


def test_a_digit_from_the_test_set_stands_in_for_a_drawing(open_page, canvas, with_sample):
    page = open_page("draw")
    page.segmented_control(key="draw_from").set_value("Test digit").run()
    assert not page.exception and len(page.metric) == 1
    for digit in (3, 8):
        page.pills(key="draw_test_wanted").set_value(digit).run()
        assert not page.exception
        assert captions(page)[0].endswith(f"from the test set: somebody wrote a {digit}.")


def test_clear_keeps_the_drawing_among_the_recent_ones_to_be_downloaded(open_page, canvas, with_sample):
    page = open_page("draw")
    assert not page.get("download_button")
    for png in (ONE, SEVEN):
        canvas(FakeCanvas(png))
        page.run()
        canvas(FakeCanvas(None))
        click(page, "Clear")
    assert not page.exception and len(page.get("download_button")) == 2
    assert [drawing["said"] for drawing in page.session_state["draw_recent"]] == ["7", "1"]


def test_several_digits_are_read_as_a_number_each_with_its_own_bars(open_page, canvas, with_sample):
    page = open_page("draw", model="starter")
    lines = ((60, 120), (55, 240)), ((150, 120), (230, 120)), ((230, 120), (180, 240)), ((310, 120), (305, 240))
    strokes = [{"path": [["M", *start], ["L", *end]], "strokeWidth": 12} for start, end in lines]
    canvas(FakeCanvas(drawn(*lines, width=12), objects=strokes))
    page.toggle(key="draw_several").set_value(True).run()
    assert not page.exception and page.metric[0].value == "171"
    assert len(page.get("plotly_chart")) == 3 and "touch" not in texts(page)


def test_a_part_of_a_number_that_is_no_digit_is_marked(open_page, canvas, with_sample):
    page = open_page("draw", model="starter")
    one = [["M", 60, 120], ["L", 55, 260]]
    zigzag = [["M", 150, 120], *(["L", 160 + 15 * turn, 260 if turn % 2 else 120] for turn in range(12))]
    canvas(FakeCanvas(SEVEN, objects=[{"path": path, "strokeWidth": 6} for path in (one, zigzag)]))
    page.toggle(key="draw_several").set_value(True).run()
    assert not page.exception and page.metric[0].value == "1?"
    assert "Part 2 does not look like a digit" in texts(page)


def test_digits_that_may_touch_are_admitted(open_page, canvas, with_sample):
    page = open_page("draw", model="starter")
    joined = [["M", 40, 130], ["L", 40, 270], ["L", 340, 200], ["L", 340, 130], ["L", 340, 270]]
    canvas(FakeCanvas(SEVEN, objects=[{"path": joined, "strokeWidth": 12}]))
    page.toggle(key="draw_several").set_value(True).run()
    assert not page.exception and "may be two digits that touch" in texts(page)
