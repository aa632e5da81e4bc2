"""A picture in place of a drawing: what was found on it is shown, and nothing of the file is kept."""

import base64

import cv2
import numpy as np
import pytest

from pages.draw.picture import choose, crop
from tests.inference.photos import SEVEN, lay, photo, written
from tests.pages.conftest import click, texts

SHEET = photo(written((420, 420), [(SEVEN, 130, 100, 220)]))
DESK = lay(SHEET, [[170, 60], [520, 90], [540, 440], [150, 420]], (150, 110, 70))


def jpeg(picture):
    return cv2.imencode(".jpg", picture[..., ::-1])[1].tobytes()


@pytest.fixture
def page(open_page, with_sample):
    """The Draw page, where a picture is asked for."""
    page = open_page("draw", model="starter")
    page.button(key="draw_choose_Picture").click().run()
    assert not page.exception
    return page


def upload(page, name, content, kind="image/jpeg"):
    page.file_uploader[0].set_value((name, content, kind)).run()
    assert not page.exception


def test_a_photo_is_predicted_and_its_file_is_let_go(page):
    upload(page, "desk.jpg", jpeg(DESK))
    assert page.metric[0].value == "7" and "Blue: the paper" in texts(page)
    assert not page.file_uploader
    kept = page.session_state["draw_picture"]
    assert kept["pixels"].shape == DESK.shape and not any(isinstance(value, bytes) for value in kept.values())


def test_a_photo_can_be_turned_and_removed(page):
    upload(page, "turned.jpg", jpeg(np.rot90(DESK)))
    assert not page.metric or page.metric[0].value != "7"
    click(page, "Turn right")
    assert page.metric[0].value == "7"
    click(page, "Remove picture")
    assert not page.metric and page.file_uploader and "draw_picture" not in page.session_state


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"nonsense", "isn't a picture that we can read"), (jpeg(DESK)[:2000], "damaged or cut short")],
)
def test_a_file_that_cannot_be_read_gets_one_sentence_and_another_can_be_chosen(page, content, sentence):
    upload(page, "broken.jpg", content)
    assert [sentence in error.value for error in page.error] == [True]
    upload(page, "desk.jpg", jpeg(DESK))
    assert page.metric[0].value == "7" and not page.error


@pytest.mark.parametrize(
    ("pixels", "options"),
    [(cv2.cvtColor(SHEET, cv2.COLOR_RGB2GRAY).astype(np.uint16) * 257, "grey, 16 bits"), (SHEET, "colours")],
)
def test_the_page_shows_what_was_decoded(page, pixels, options):
    upload(page, f"{options}.png", cv2.imencode(".png", pixels)[1].tobytes(), "image/png")
    assert page.metric[0].value == "7"


@pytest.mark.parametrize("value", [None, "", "x", [1], [0, 0, 2, 1], [-1, 0, 0.5, 0.5], [0, 0, float("nan"), 1], 7, {}])
def test_a_box_from_the_browser_that_is_none_is_passed_over(value):
    assert crop._box(value) is None


def test_a_box_from_the_browser_is_taken():
    assert crop._box([0.25, 0, 0.5, 1]) == (0.25, 0, 0.5, 1)


@pytest.mark.parametrize("sent", ["not base64!", 7, {"a": 1}, base64.b64encode(b"no picture").decode()])
def test_what_is_pasted_and_is_no_picture_gets_a_sentence(sent, monkeypatch):
    state = {}
    monkeypatch.setattr(choose.st, "session_state", state)
    choose._keep(sent)
    assert state["draw_picture_problem"].endswith(".") and "draw_picture" not in state


def test_a_pasted_picture_is_kept(monkeypatch):
    state = {}
    monkeypatch.setattr(choose.st, "session_state", state)
    choose._keep(base64.b64encode(jpeg(SHEET)).decode())
    assert state["draw_picture"]["pixels"].shape == SHEET.shape
