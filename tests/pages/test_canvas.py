"""What a browser sends as a drawing: it may be anything."""

import base64

import pytest

from digits.errors import UnreadablePicture
from pages.draw.canvas.practice import read_link
from tests.pages.conftest import HOSTILE
from tests.pages.test_draw import ONE, FakeCanvas, canvas, drawn  # noqa: F401, a fixture

REFUSED = r"^We couldn't read that drawing\. Press Clear and try again\.$"
DATA = "data:image/png;base64," + base64.b64encode(ONE).decode()


def raising(error):
    def component():
        raise error

    return component


@pytest.mark.parametrize(
    "component",
    [
        lambda: FakeCanvas(b"not a png"),
        lambda: FakeCanvas(b""),
        lambda: FakeCanvas(12),
        lambda: FakeCanvas(ONE[:300]),
        lambda: FakeCanvas(drawn(shape=(100, 100))),
        lambda: FakeCanvas(ONE, objects=[]).json_data,
        raising(ValueError("not enough values to unpack")),
        raising(AttributeError("'str' object has no attribute 'get'")),
        raising(KeyError("naturalWidth")),
    ],
    ids=["text", "empty", "number", "cut", "other size", "dict", "ValueError", "AttributeError", "KeyError"],
)
def test_a_value_that_is_not_a_drawing_is_refused_in_one_sentence(canvas, component):  # noqa: F811
    from pages.draw.canvas.canvas import read_drawing

    with pytest.raises(UnreadablePicture, match=REFUSED):
        read_drawing(component)


@pytest.mark.parametrize(
    "sent",
    [
        {"drawing": 7},
        {"drawing": "text"},
        {"drawing": {"raw": None, "data": DATA}},
        {"drawing": {"raw": {"objects": 5}, "data": DATA}},
        {"drawing": {"raw": {"objects": []}, "data": "data:image/png;base64,A"}},
        {"drawing": {"raw": {"objects": []}, "data": "not a data URL"}},
        {"drawing": {"raw": {"objects": []}, "data": 12}},
        {"drawing": {"raw": {"objects": []}, "data": ["data:image/png;base64,", ""]}},
        {"drawing": {"raw": {"objects": []}, "data": "data:image/png;base64," + "A" * 4_000_000}},
        {"backgroundFit": 5},
        {"backgroundFit": {}},
    ],
    ids=lambda sent: repr(sent)[:60],
)
def test_what_passes_the_real_component_is_refused_too(component, sent):
    from pages.draw.canvas.canvas import read_drawing

    with pytest.raises(UnreadablePicture, match=REFUSED):
        read_drawing(lambda: component(sent))


@pytest.fixture
def component(open_page, with_sample, monkeypatch):
    """component(sent) is the result of the real component when a browser has sent that."""
    open_page("draw")  # it can only be imported once an app is running
    import streamlit_drawable_canvas

    def component(sent):
        monkeypatch.setattr(streamlit_drawable_canvas, "out", lambda **arguments: sent)
        return streamlit_drawable_canvas.st_canvas(return_image_data=True)

    return component


def test_the_real_component_gives_a_drawing_and_its_ink(component):
    from pages.draw.canvas.canvas import read_drawing

    drawing, ink = read_drawing(lambda: component({"drawing": {"raw": {"objects": []}, "data": DATA}}))
    assert drawing == {"png": ONE, "drawing": {"objects": []}}
    assert ink.shape == (384, 384) and ink.max() == 255
    assert read_drawing(lambda: component({})) == (None, None)  # before the first stroke


@pytest.mark.parametrize(
    "link", [*HOSTILE, "", "../..-official-1", "sample-tutorial-123456", "sample-tutorial--1", "sample-tutorial-1\n"]
)
def test_a_strange_link_names_no_digit_to_practise(link):
    assert read_link(link) is None


def test_a_link_names_the_source_the_split_and_the_place():
    assert read_link("mnist-official-1234") == ("mnist", "official", 1234)
