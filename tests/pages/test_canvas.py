"""What a browser sends as a drawing: it may be anything."""

import math

import pytest

from digits.errors import UnreadablePicture
from pages.draw.canvas.practice import read_link
from tests.pages.conftest import HOSTILE, click
from tests.pages.test_draw import ONE, canvas, draw, stroke  # noqa: F401, fixtures

REFUSED = "We couldn't read that drawing. Press Clear and try again."
LINE = stroke((10, 10), (20, 20))


NO_DRAWINGS = [
    7,
    "text",
    {},
    {"objects": 5},
    {"objects": {"0": LINE}},
    [7],
    ["M 10 10"],
    [LINE | {"path": "M 10 10"}],
    [LINE | {"path": [["M", "10", 10]]}],
    [LINE | {"path": [["M", math.nan, 10]]}],
    [LINE | {"path": [["M", 10**400, 10]]}],
    [LINE | {"strokeWidth": math.inf}],
    [LINE | {"strokeWidth": 1e9}],
    [LINE] * 301,
    [stroke(*[(10, 10)] * 20_001)],
]


def test_what_is_no_drawing_is_refused_in_one_sentence_and_clear_works(draw, canvas):  # noqa: F811
    page = draw(ONE)
    for sent in NO_DRAWINGS:
        canvas(sent)
        page.run()
        shown = [error.value for error in page.error]
        assert shown == [REFUSED] and not page.exception and not page.metric, repr(sent)[:60]
        click(page, "Clear")
        assert not page.error and "nothing on the canvas" in page.info[0].value, repr(sent)[:60]


def test_nothing_but_path_width_and_eraser_is_kept_of_a_stroke(draw):  # noqa: F811
    page = draw([LINE | {"stroke": "url(javascript:1)", "fill": "x" * 10_000, "more": {"deep": [1]}}])
    assert page.session_state["draw_strokes"] == [{"path": LINE["path"], "strokeWidth": 24}]


def test_what_breaks_the_real_component_is_refused_too(open_page, with_sample, monkeypatch):
    open_page("draw")  # it can only be imported once an app is running
    import streamlit_drawable_canvas

    from pages.draw.canvas.canvas import read_drawing

    for sent in ({"drawing": 7}, {"drawing": "text"}, {"drawing": {"raw": {"objects": 5}}}, {"backgroundFit": 5}):
        monkeypatch.setattr(streamlit_drawable_canvas, "out", lambda sent=sent, **arguments: sent)
        with pytest.raises(UnreadablePicture, match=REFUSED):
            read_drawing("Medium")


@pytest.mark.parametrize(
    "link", [*HOSTILE, "", "../..-official-1", "sample-tutorial-1234567", "sample-tutorial--1", "sample-tutorial-1\n"]
)
def test_a_strange_link_names_no_digit_to_practise(link):
    assert read_link(link) is None


def test_a_link_names_the_source_the_split_and_the_place():
    assert read_link("mnist-official-1234") == ("mnist", "official", 1234)
