"""A form is printed, filled, photographed and read."""

import base64

import cv2
import numpy as np
import pytest

from digits.drawings import store
from digits.drawings.form import checking, layout, printing
from digits.drawings.form.reading import CROSSED_OUT, NOT_A_DIGIT, NOT_FOUND, read_form
from digits.errors import UnreadablePicture
from digits.inference.detector import Detector
from digits.inference.picture import read_upload
from digits.inference.pictures.decoding import decode
from digits.runs import models, starter
from tests.drawings.form.filling import DOTS, jpeg, page, photograph
from tests.inference.numbers.test_segmentation import DIGITS

WRITTEN = {
    number: label for number, (label, *_) in enumerate(layout.boxes(), start=1) if label in DIGITS and number % 7 > 1
}
CROSSED = {7, 98}


@pytest.fixture(scope="module")
def read():
    """read(photo) -> what is read, by the number of the box."""
    networks = models.recognizer(starter.run()), Detector.bundled()
    return lambda photo: {digit.number: digit for digit in read_form(read_upload(jpeg(photo)), *networks)}


@pytest.fixture(scope="module")
def filled():
    return page(WRITTEN, CROSSED)


def assert_is_whole(found):
    """Every digit is in its box, with its label, and nothing else is found."""
    assert found.keys() == WRITTEN.keys() | CROSSED
    assert {number: found[number].label for number in WRITTEN} == WRITTEN
    assert {number: found[number].predicted for number in WRITTEN} == WRITTEN
    assert {number for number in found if found[number].reason == CROSSED_OUT} == CROSSED
    assert {found[number].reason for number in WRITTEN} == {""}


@pytest.mark.parametrize("quarters", range(4))
def test_a_photo_that_lies_on_any_side_is_read(read, filled, quarters):
    assert_is_whole(read(np.ascontiguousarray(np.rot90(photograph(filled), quarters))))


def test_a_photo_from_aside_in_uneven_light_out_of_focus_is_read(read, filled):
    corners = (250, 200), (1100, 90), (1230, 1700), (30, 1500)
    assert_is_whole(read(photograph(filled, corners=corners, light=0.6, blur=1.8)))


def test_one_square_may_be_hidden_but_not_two(read, filled):
    hidden = filled.copy()
    for marker, is_read in ((12, True), (10, False)):
        x, y = layout.MARKERS[marker]
        cv2.circle(hidden, ((x + 6) * DOTS, (y + 6) * DOTS), 9 * DOTS, 130, -1)
        if is_read:
            assert_is_whole(read(photograph(hidden)))
        else:
            with pytest.raises(UnreadablePicture, match="at least three of the four black squares"):
                read(photograph(hidden))


def test_paper_that_bends_is_read(read, filled):
    y, x = np.mgrid[: filled.shape[0], : filled.shape[1]].astype(np.float32)
    bent = cv2.remap(filled, x, y + 9 * np.sin(np.pi * x / filled.shape[1]), cv2.INTER_LINEAR)
    assert_is_whole(read(photograph(bent)))


def test_an_empty_form_has_no_digits(read):
    assert read(photograph(page({}))) == {}


def test_what_does_not_look_like_a_digit_is_left_out_at_first(read):
    empty = page({})
    _, left, top = layout.boxes()[41]
    scribble = np.array([(3 + step % 2 * 8, 3 + step * 0.8) for step in range(12)]) + [left, top]
    cv2.polylines(empty, [np.int32(scribble * DOTS)], False, 60, 4)
    [digit] = read(photograph(empty)).values()
    assert (digit.number, digit.reason, checking.proposed([digit])) == (42, NOT_A_DIGIT, {})


def test_another_picture_is_no_form(read):
    with pytest.raises(UnreadablePicture) as refused:
        read(np.full((400, 300, 3), 200, np.uint8))
    assert str(refused.value) == NOT_FOUND


def test_the_checked_digits_become_drawings_with_corrected_labels(read, filled):
    digits = list(read(photograph(filled)).values())
    labels = checking.proposed(digits)
    assert labels == WRITTEN
    first, second, *_ = WRITTEN
    del labels[first]
    labels[second] = 9
    store.merge(checking.drawings(digits, labels))
    kept = [drawing.label for drawing in store.drawings()]
    assert len(kept) > 40 and sorted(kept) == sorted(labels.values()) and 9 in kept
    drawing = store.drawings()[0]
    assert cv2.imdecode(np.frombuffer(drawing.picture, np.uint8), 0).max() == 255 and drawing.strokes == []


def test_the_sheet_marks_what_is_doubtful_and_what_is_left_out(read, filled):
    digits = list(read(photograph(filled)).values())
    labels = checking.proposed(digits)
    first = next(iter(WRITTEN))
    plain, changed = checking.sheet(digits, labels), checking.sheet(digits, labels | {first: 9})
    assert plain.shape == changed.shape and plain.shape[0] > 1000
    assert not (plain == checking.DOUBTFUL).all(axis=2).any() and (changed == checking.DOUBTFUL).all(axis=2).any()
    assert (plain == checking.LEFT_OUT).all(axis=2).any()


def test_the_pdf_is_one_page_of_a4_and_the_html_shows_the_same_form():
    content = printing.pdf()
    assert content.startswith(b"%PDF") and b"/Count 1" in content and b"/MediaBox [ 0 0 595.2" in content
    html = printing.html()
    assert "@page" in html and "http" not in html
    shown = decode(base64.b64decode(html.split("base64,")[1].split('"')[0]), 4096)
    np.testing.assert_array_equal(shown.grey, printing.page())
