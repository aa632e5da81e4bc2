"""POST /api/predict: pictures and drawings, one or many, digits and numbers."""

import io

import numpy as np
import pytest
from PIL import Image

from digits.inference.detector import Detector
from digits.inference.path_network import PathNetwork
from digits.inference.picture import upload_ink
from digits.inference.prediction import predict, with_path
from digits.runs import models, starter
from digits.service.drawings import read_drawing
from digits.service.predict import MAX_ITEMS
from tests.inference.photos import FOUR, ONE, photo, written
from tests.inference.photos import SEVEN as SEVEN_STROKES
from tests.service.conftest import SEVEN, form, png

PREDICT = "/api/predict"


def drawing(digits, height=100):
    """Strokes of digits beside each other, as a client would send them."""
    return {
        "strokes": [
            [[x * 0.7 * height + place * height, y * height] for x, y in stroke]
            for place, strokes in enumerate(digits)
            for stroke in strokes
        ]
    }


@pytest.mark.parametrize("side", [28, 140])
def test_a_picture_is_predicted_as_in_the_app(post, images, side):
    picture = png(images[12], side)
    expected = predict(upload_ink(picture), models.recognizer(starter.run()), Detector.bundled())
    answer = post(PREDICT, picture, {"content-type": "image/png"})
    assert answer.status == 200 and answer.json["model"] == "digits"
    (found,) = answer.json["predictions"]
    assert (found["digit"], found["looks_like_a_digit"]) == (expected.digit, expected.is_digit)
    np.testing.assert_allclose(found["probabilities"], expected.probabilities, atol=1e-6)
    assert found["confidence"] == max(found["probabilities"])
    assert found["likelihood"] == pytest.approx(expected.likelihood, abs=1e-6)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_every_format_that_the_app_reads_is_read_whatever_type_it_is_said_to_have(post, images, tmp_path, kind):
    Image.fromarray(255 - images[12]).save(tmp_path / "picture", kind)
    answer = post(PREDICT, (tmp_path / "picture").read_bytes(), {"content-type": "application/x-www-form-urlencoded"})
    assert answer.json["predictions"][0]["digit"] == 3


def test_many_pictures_come_as_a_form_and_are_answered_in_order(post, images):
    answer = post(PREDICT, *form(*(png(image) for image in images[2::4])))
    assert [found["digit"] for found in answer.json["predictions"]] == list(range(10))


def test_strokes_are_predicted_in_any_unit_and_place(post):
    for zoom, shift in ((1, 0), (1e-4, 5), (1000, -9e5)):
        strokes = [[[x * zoom + shift, y * zoom + shift] for x, y in line] for line in SEVEN["strokes"]]
        (found,) = post(PREDICT, {"strokes": strokes}).json["predictions"]
        assert (found["digit"], found["looks_like_a_digit"]) == (7, True)


def test_many_drawings_are_answered_in_order_also_with_thick_and_thin_pens(post):
    drawings = [{**drawing([FOUR]), "width": width} for width in (2, 6, 12)] + [SEVEN]
    found = post(PREDICT, {"drawings": drawings}).json["predictions"]
    assert [one["digit"] for one in found] == [4, 4, 4, 7]


def test_the_path_of_strokes_counts_beside_the_starter_and_not_beside_a_model_that_somebody_trained(post, with_run):
    drawn = read_drawing(SEVEN)
    path = PathNetwork.bundled().predict(drawn.strokes, drawn.ink)
    for run in starter.run(), with_run:
        picture = predict(drawn.ink, models.recognizer(run), Detector.bundled())
        together = with_path(picture, path, joined=True)
        expected, other = (together, picture) if run.is_starter else (picture, together)
        (found,) = post(f"{PREDICT}?model={run.id}", SEVEN).json["predictions"]
        assert found["likelihood"] == pytest.approx(expected.likelihood, abs=2e-6)
        assert found["likelihood"] != pytest.approx(other.likelihood, abs=2e-6)
        np.testing.assert_allclose(found["probabilities"], expected.probabilities, atol=2e-6)
        (number,) = post(f"{PREDICT}?model={run.id}&numbers=true", SEVEN).json["predictions"]
        assert number["rows"][0]["digits"][0]["confidence"] == pytest.approx(expected.confidence, abs=2e-6)


def test_a_dot_is_painted_and_is_not_a_digit(post):
    (found,) = post(PREDICT, {"strokes": [[[5, 5]]]}).json["predictions"]
    assert found["looks_like_a_digit"] is False


def test_the_digits_of_a_drawn_number_come_with_their_boxes_in_the_units_of_the_strokes(post):
    answer = post(f"{PREDICT}?numbers=true", drawing([SEVEN_STROKES, FOUR, ONE]))
    (row,) = answer.json["predictions"][0]["rows"]
    assert row["text"] == "741"
    for place, digit in enumerate(row["digits"]):
        left, top, width, height = digit["box"]
        assert 100 * place - 10 < left < 100 * place + 30 and 20 < width < 90
        assert top == pytest.approx(0, abs=6) and height == pytest.approx(104, abs=8)


def test_the_rows_of_a_photo_come_with_boxes_in_its_pixels(post):
    ink = written((400, 500), [(SEVEN_STROKES, 60, 50, 100), (FOUR, 200, 50, 100), (FOUR, 60, 250, 100)])
    file = io.BytesIO()
    Image.fromarray(photo(ink)).save(file, "PNG")
    answer = post(f"{PREDICT}?numbers=1", file.getvalue())
    rows = answer.json["predictions"][0]["rows"]
    assert [row["text"] for row in rows] == ["74", "4"]
    assert rows[1]["digits"][0]["box"][:2] == pytest.approx([60, 250], abs=15)


def test_a_model_is_chosen_by_name(post, images):
    assert post(f"{PREDICT}?model=starter", png(images[0])).json["model"] == "starter"
    assert post(f"{PREDICT}?model=nobody", png(images[0])).status == 404
    assert post(f"{PREDICT}?model=..%2Fetc", png(images[0])).status == 404


def test_a_picture_without_ink_and_what_is_no_picture_are_refused_in_the_readers_words(post, images):
    blank = post(PREDICT, png(0 * images[0]))
    assert blank.status == 422 and "no ink" in blank.json["detail"]
    assert "isn't a picture" in post(PREDICT, b"GIF of a cat").json["detail"]
    second = post(PREDICT, *form(png(images[0]), png(images[0])[:60]))
    assert second.status == 422 and second.json["detail"].startswith("Number 2: This picture is damaged")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"strokes": []}, {"strokes": [[]]}, {"strokes": [[[1]]]}, {"strokes": [[[1, 2, 3]]]},
        {"strokes": [[["1", "2"]]]},
        {"strokes": [[[1, 2], [3]]]}, {"strokes": [[[1e7, 0]]]}, {"strokes": [[[10**400, 0]]]}, {"strokes": "7"},
        {"strokes": [[[1, 2]]] * 301}, {"strokes": [[[1, 2]] * 20_001]}, {"drawings": []}, {"drawings": [[]]},
        {"drawings": [SEVEN] * (MAX_ITEMS + 1)}, {**SEVEN, "width": 0}, {**SEVEN, "width": "3"},
        {**SEVEN, "width": None},
    ],
    ids=lambda body: str(body)[:40],
)  # fmt: skip
def test_what_are_no_strokes_is_refused(post, body):
    assert post(PREDICT, body).status == 400


def test_json_that_is_none_is_refused(post):
    for body in (b"", b"{", b"[]", b"7", b'{"strokes": NaN}', b"\xff", b"[" * 100_000, b'{"strokes": 1e999}'):
        assert post(PREDICT, body, {"content-type": "application/json; charset=utf-8"}).status == 400


def test_a_form_that_is_none_is_refused(post, images):
    body, headers = form(png(images[0]))
    assert post(PREDICT, body, {"content-type": "multipart/form-data"}).status == 400
    assert post(PREDICT, b"--y\r\n" + body, headers).status == 400
    assert post(PREDICT, body.replace(b'; filename="0.png"', b""), headers).status == 400
    assert post(PREDICT, *form(*[png(images[0])] * (MAX_ITEMS + 1))).status == 400
    assert post(f"{PREDICT}?numbers=maybe", png(images[0])).status == 400
