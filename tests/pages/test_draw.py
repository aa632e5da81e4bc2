"""The Draw page with a canvas that sends what the test says."""

import io
import re
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from digits.drawings import drafts
from digits.drawings.drawing import plain_strokes
from digits.inference.preprocessing import to_mnist
from digits.inference.strokes import ERASER
from digits.tasks import LOCAL
from pages.draw.answer import tabs, witnesses
from pages.draw.canvas.recent import pack
from pages.shared import cache, drawing
from tests.pages.conftest import bars, click, execute, texts


def stroke(*points, width=24, **options):
    """Return a stroke as the canvas sends it: a line through some points."""
    path = [["L" if number else "M", *point] for number, point in enumerate(points)]
    return {"type": "Path", "version": "7.4.0", "path": path, "strokeWidth": width, "stroke": "#ffffff", **options}


def captions(page):
    """Return the captions of all pictures."""
    return [picture.caption for image in page.get("image") for picture in image.proto.imgs]


ONE = [stroke((200, 60), (190, 320))]
ROOF, STEM = stroke((100, 80), (280, 80)), stroke((280, 80), (170, 320))
SEVEN = [ROOF, STEM]
SCRIBBLE = [stroke(*((60 + 20 * turn, 100 if turn % 2 else 280) for turn in range(14)), width=8)]


@pytest.fixture
def canvas(monkeypatch, open_page, with_sample):
    """canvas(strokes) lets the browser send those, until another canvas is mounted; anything else is sent as it is."""
    if "streamlit_drawable_canvas" not in sys.modules:
        open_page("draw")  # the component can only be imported once an app is running
    import streamlit_drawable_canvas

    browser = SimpleNamespace(sent=None, mounted=None)

    def st_canvas(*, key, initial_drawing, **arguments):
        if browser.mounted not in (None, key):
            browser.sent = None
        browser.mounted, sent = key, browser.sent
        return SimpleNamespace(json_data=initial_drawing if sent is None else sent)

    def send(sent):
        browser.sent = {"objects": sent} if isinstance(sent, list) else sent

    monkeypatch.setattr(streamlit_drawable_canvas, "st_canvas", st_canvas)
    return send


@pytest.fixture
def draw(canvas, open_page):
    """draw(strokes, **link) opens the page with those strokes on the canvas."""

    def draw(strokes=None, **link):
        canvas(strokes)
        return open_page("draw", **link)

    return draw


def draw_again(page, canvas, strokes):
    """Send other strokes from the same canvas."""
    canvas(strokes)
    page.run()
    assert not page.exception


def recent(page):
    """Return the predictions of the recent drawings, the newest first."""
    return [drawing["predicted"] for drawing in page.session_state["draw_recent"]]


def confidence(page):
    """Return the confidence of the prediction, not rounded."""
    assert not page.exception
    return page.session_state["draw_predicted"]["confidence"]


def test_an_empty_canvas_shows_advice_and_no_digit(draw):
    page = draw()
    assert [info.value for info in page.info] == ["There is nothing on the canvas yet. Draw a digit, 0 to 9."]
    (empty,) = bars(page)
    assert not page.metric and "; ".join(f"{digit}: 0.0%" for digit in range(10)) in empty
    assert "From your drawing to 28 × 28 pixels" in texts(page)


@pytest.mark.parametrize(("strokes", "digit"), [(ONE, "1"), (SEVEN, "7")])
def test_a_stroke_is_predicted_without_a_button(draw, canvas, strokes, digit):
    page = draw()
    draw_again(page, canvas, strokes)
    assert [(metric.label, metric.value) for metric in page.metric] == [("Prediction", digit)]
    assert len(bars(page)) == 1 and not page.info


def test_a_small_digit_in_a_corner_is_predicted_and_misclassified_as_drawn(draw):
    page = draw([stroke((20, 20), (70, 20), width=8), stroke((70, 20), (45, 100), width=8)])
    assert [(metric.label, metric.value) for metric in page.metric] == [("Prediction", "7")]
    page.segmented_control(key="draw_input").set_value("As drawn").run()
    assert not page.exception  # both predictions are in front of the user
    (raw_label, raw), (label, prepared) = [(metric.label, metric.value) for metric in page.metric]
    assert (raw_label, label, prepared) == ("As drawn", "As MNIST", "7") and raw != "7"
    assert captions(page) == ["1. As drawn", "2. Shrunk: what the network sees"]


def test_a_scribble_is_not_a_digit_and_its_closest_digit_is_named(draw, canvas):
    page = draw(SCRIBBLE, model="starter")
    assert not page.metric
    assert "**That doesn't look like a digit.**" in texts(page) and "Closest: " in texts(page)
    assert len(bars(page)) == 1
    draw_again(page, canvas, SEVEN)
    assert page.metric[0].value == "7" and "doesn't look" not in texts(page)


def test_the_confidence_comes_with_its_calibration(draw, with_run):
    for model, test_set in (("starter", "On MNIST, official test set"), (with_run.id, "On MNIST sample")):
        page = draw(SEVEN, model=model)
        (help_text,) = {re.sub(r"\]\([^)]*\)|\[", "", caption.help) for caption in page.caption if caption.help}
        assert test_set in help_text and "differ by" in help_text and "It rejects 1 in 100 digits" in help_text
    execute("DELETE FROM results WHERE subject = ?", with_run.id)
    page = draw(SEVEN, model=with_run.id)
    assert "not measured yet" in next(caption.help for caption in page.caption if caption.help)


def test_undo_redo_and_clear(draw, canvas):
    page = draw([STEM])
    draw_again(page, canvas, [STEM, ROOF])
    click(page, "Undo")
    assert page.metric[0].value == "1"
    click(page, "Redo")
    assert page.metric[0].value == "7"
    click(page, "Clear")
    assert not page.metric and "nothing on the canvas" in page.info[0].value


def test_clear_keeps_the_drawing_on_the_canvas_and_not_the_one_that_was_undone(draw, canvas):
    page = draw([STEM])
    draw_again(page, canvas, [STEM, ROOF])
    click(page, "Undo")
    click(page, "Clear")
    assert recent(page) == ["1"]
    draw_again(page, canvas, [ROOF])
    click(page, "Undo")  # of the only stroke: the canvas is empty
    click(page, "Clear")
    assert recent(page) == ["1"]


def test_the_last_drawing_for_the_map_is_the_one_on_the_canvas(draw, canvas, monkeypatch):
    page = draw([STEM])

    def last():
        with monkeypatch.context() as patch:
            patch.setattr(drawing, "st", SimpleNamespace(session_state=page.session_state.to_dict()))
            return drawing.current()

    def is_last(strokes):
        return (last() == to_mnist(drawing.ink(strokes))).all()

    draw_again(page, canvas, [STEM, ROOF])
    assert is_last([STEM, ROOF])
    click(page, "Undo")
    assert is_last([STEM])
    click(page, "Undo")
    assert last() is None
    click(page, "Redo")
    click(page, "Clear")
    assert is_last([STEM])  # while the canvas is empty, the drawing that was cleared last
    draw_again(page, canvas, SCRIBBLE)
    assert last() is None


def test_a_broken_canvas_gets_one_sentence_and_the_next_stroke_is_predicted(draw, canvas):
    page = draw("not a drawing")
    assert [error.value for error in page.error] == ["We couldn't read that drawing. Press Clear and try again."]
    assert not page.metric
    draw_again(page, canvas, ONE)
    assert page.metric[0].value == "1" and not page.error


def test_the_model_is_a_link(open_page, canvas, with_run):
    assert open_page("draw").selectbox(key="model").value == with_run.id
    assert open_page("draw", model="starter").selectbox(key="model").value == "starter"
    assert open_page("draw").selectbox(key="model").value == "starter"  # a link is a choice, too


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
    page = draw([stroke((200, 60), (190, 320), width=8)])
    assert captions(page) == [
        "1. As drawn", "2. Cut out", "3. Scaled; strokes 0.7 px", "4. What the network sees; strokes 2.2 px",
    ]  # fmt: skip


def test_the_explanation_shows_the_places_and_what_each_stroke_changes(draw, canvas):
    page = draw(view="Why")
    assert "Draw one digit to see this." in texts(page)
    draw_again(page, canvas, SEVEN)
    assert len(page.get("plotly_chart")) == 2
    draw_again(page, canvas, ONE)  # of one stroke only: the places are left, and a sentence on strokes
    assert len(page.get("plotly_chart")) == 1


def test_what_was_rubbed_out_is_not_predicted(draw):
    page = draw(SEVEN)
    assert page.metric[0].value == "7"
    page = draw([*SEVEN, stroke((80, 80), (235, 80), width=48, stroke=ERASER)])
    assert page.metric[0].value == "1"  # only the stem is left, with a hook


def test_the_tab_why_leaves_out_strokes_and_not_the_eraser(draw):
    slip = stroke((60, 300), (60, 340)), stroke((60, 290), (60, 350), width=48, stroke=ERASER)
    page = draw([*SEVEN, *slip], view="Why")
    assert page.get("plotly_chart")[1].proto.alt.count("without stroke") == 2
    page.session_state["draw_strokes_table"] = True
    assert page.run().dataframe[0].value["Drawing"].tolist() == ["without stroke 1", "without stroke 2"]


def test_picture_and_path_stand_beside_each_other_and_together(draw):
    page = draw(SEVEN, model="starter", view="Picture and path")
    assert page.toggle[0].value and "Picture and path agree." in texts(page)
    for name in ("Picture", "Path", "Together"):
        assert f"{name}: **7**" in texts(page)
    assert len(bars(page)) == 4  # the prediction's bars and three more
    assert confidence(page) != confidence(page.toggle[0].set_value(False).run())


def test_a_network_of_ones_own_predicts_alone_until_the_user_lets_the_path_count(draw, with_run):
    page = draw(SEVEN, model=with_run.id, view="Picture and path")
    assert not page.toggle[0].value
    alone = confidence(page)
    assert alone == cache.recognizer(with_run).probabilities(to_mnist(drawing.ink(SEVEN))[np.newaxis]).max()
    assert confidence(page.toggle[0].set_value(True).run()) > alone


def test_a_disagreement_of_picture_and_path_is_said_in_numbers(draw, monkeypatch):
    two = np.full(10, 0.001, np.float32)
    two[2] = 0.991
    monkeypatch.setattr(witnesses, "path", lambda strokes, ink: two)
    text = "The picture looks like 7 (over 99.9%), the path of the strokes like 2 (99.1%)"
    assert f"{text}." in texts(draw(SEVEN, model="starter"))


def test_a_test_digit_has_no_path(open_page, canvas):
    page = open_page("draw", model="starter", view="Picture and path")
    page.button(key="draw_choose_Test digit").click().run()
    assert not page.exception and page.metric
    assert "Only a drawing on the canvas has a path" in texts(page) and "path agree" not in texts(page)


def test_where_a_stroke_was_rubbed_out_in_part_the_picture_decides_alone(draw):
    slip = stroke((150, 200), (260, 200), width=30) | {"stroke": ERASER}
    line = stroke(*((200, y) for y in range(60, 330, 10)))
    assert "Only a drawing on the canvas has a path" in texts(draw([line, slip], view="Picture and path"))


def test_only_the_open_tab_is_computed(draw, monkeypatch):
    for module in (tabs.witnesses, tabs.explanation, tabs.activations, tabs.my_drawings):
        monkeypatch.setattr(module, "show", None)
    assert draw(SEVEN).metric[0].value == "7"


def test_two_models_predict_the_same_drawing_side_by_side(draw, canvas, with_run):
    page = draw(SEVEN, model="starter")
    page.selectbox(key="other_model").set_value(with_run.id).run()
    assert page.query_params["other_model"] == with_run.id
    assert not page.exception and page.metric[0].value == "7"
    assert len(bars(page)) == 2
    assert any(text.value.startswith(f"{with_run.title}: ") for text in page.get("text"))
    draw_again(page, canvas, SCRIBBLE)  # which is no digit, whatever the second model would predict
    assert len(bars(page)) == 1 and not page.get("text")


def test_a_digit_from_the_test_set_stands_in_for_a_drawing(open_page, canvas):
    page = open_page("draw")
    page.session_state["draw_sample_position"] = 0.5  # else at random: one in some hundreds does not look like a digit
    click(page, "Test digit")
    assert len(page.metric) == 1
    for digit in (3, 8):
        page.pills(key="draw_sample_label").set_value(digit).run()
        assert not page.exception
        assert captions(page)[0].endswith(f"from the test set. Label: {digit}.")


def test_clear_keeps_each_drawing_to_be_downloaded(draw, canvas):
    page = draw()
    assert not page.get("download_button")
    for strokes in (ONE, SEVEN):
        draw_again(page, canvas, strokes)
        click(page, "Clear")
    assert len(page.get("download_button")) == 1 and recent(page) == ["7", "1"]
    with zipfile.ZipFile(io.BytesIO(pack(page.session_state["draw_recent"]))) as packed:
        assert packed.namelist() == ["1-7.png", "2-1.png"]
        picture = cv2.imdecode(np.frombuffer(packed.read("2-1.png"), np.uint8), cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(picture, drawing.ink(ONE))


def test_after_a_reload_the_last_drawing_is_back_for_a_day(draw, open_page):
    draw(SEVEN)
    page = draw()
    assert page.metric[0].value == "7" and page.session_state["draw_strokes"] == plain_strokes(SEVEN)
    execute("UPDATE drafts SET saved = ?", (datetime.now(UTC) - timedelta(hours=25)).isoformat())
    assert not draw().metric


def test_a_cleared_drawing_does_not_come_back(draw):
    click(draw(SEVEN), "Clear")
    assert drafts.load(owner=LOCAL) == [] and not draw().metric


def test_where_nothing_can_be_written_one_can_draw(draw, make_read_only, digits_home):
    make_read_only(digits_home)
    assert draw(SEVEN).metric[0].value == "7"


def test_a_picture_without_a_digit_gets_advice_for_pictures(open_page, canvas, monkeypatch):
    from pages.draw.canvas import sources  # as the component: once an app is running

    monkeypatch.setitem(sources.INK, sources.PICTURE, lambda: np.zeros((100, 100), np.uint8))
    page = click(open_page("draw"), "Picture")
    assert "no digit in this picture" in page.info[0].value and not page.error


def test_no_probability_is_rounded_up_to_certainty(draw):
    page = draw(SEVEN, model="starter")
    assert "over 99.9% confidence" in texts(page)
    (shown,) = bars(page)
    assert "<b>>99.9%</b>" in shown and "7: over 99.9%" in shown and "100%<" not in shown


def test_digits_beside_each_other_are_predicted_as_a_number_each_with_its_own_bars(draw):
    lines = ((60, 120), (55, 240)), ((150, 120), (230, 120)), ((230, 120), (180, 240)), ((310, 120), (305, 240))
    page = draw([stroke(*line, width=12) for line in lines], model="starter")
    assert page.metric[0].value == "171"
    assert len(bars(page)) == 3 and "touch" not in texts(page)
    assert re.search(
        r"Confidence: \*\*1\*\* \S+ · \*\*7\*\* \S+ · \*\*1\*\* \S+", page.caption[0].value.replace("over ", "")
    )
    page.segmented_control(key="draw_count").set_value("One digit").run()
    assert not page.exception and len(bars(page)) == 1


def test_a_comma_in_a_number_is_left_out_and_a_dot_beside_a_digit_changes_nothing(draw, canvas):
    one, seven = stroke((100, 120), (95, 260), width=12), [stroke((180, 120), (260, 120), (210, 260), width=12)]
    page = draw([one, *seven], model="starter")
    assert page.metric[0].value == "17" and "left out" not in texts(page)
    draw_again(page, canvas, [one, stroke((140, 250), (134, 272), width=12), *seven])
    assert page.metric[0].value == "17" and "A dot, a comma or a dash is not a digit" in texts(page)
    draw_again(page, canvas, seven)
    alone = texts(page)
    draw_again(page, canvas, [*seven, stroke((60, 60), width=12)])
    assert page.metric[0].value == "7" and texts(page) == alone


def test_a_digit_in_several_strokes_stays_one_unless_the_user_says_that_it_is_a_number(draw):
    hook, stem = stroke((120, 90), (120, 200), (200, 206), width=14), stroke((248, 90), (248, 290), width=14)
    page = draw([hook, stem], model="starter")
    assert page.metric[0].value == "4"
    page.segmented_control(key="draw_count").set_value("Number").run()
    assert not page.exception and page.metric[0].value[-1] == "1" and len(page.metric[0].value) == 2


def test_a_part_of_a_number_that_is_not_a_digit_is_marked(draw):
    zigzag = (150, 120), *((160 + 15 * turn, 260 if turn % 2 else 120) for turn in range(12))
    page = draw([stroke((60, 120), (55, 260), width=6), stroke(*zigzag, width=6)], model="starter")
    page.segmented_control(key="draw_count").set_value("Number").run()
    assert not page.exception and page.metric[0].value == "1?"
    assert "Part 2 doesn't look like a digit" in texts(page)


def test_digits_that_may_touch_are_pointed_out(draw):
    joined = stroke((50, 120), (330, 120), (180, 310), width=24)
    page = draw([joined], model="starter")
    page.segmented_control(key="draw_count").set_value("Number").run()
    assert not page.exception and "may be two digits that touch" in texts(page)
