"""What is too much is refused before it is kept."""

import asyncio
import json
import os
import tempfile

import pytest

from digits import service
from digits.service import bodies, predict
from digits.service import service as shared
from digits.service.bodies import Bodies
from pages.shared.server import service_routes
from tests.service.conftest import SEVEN, ask, form, png

PREDICT = "/api/predict"
SCOPE = {"type": "http", "method": "POST", "path": PREDICT, "query_string": b"", "headers": [(b"host", b"127.0.0.1")]}


@pytest.fixture(autouse=True)
def most_held(monkeypatch):
    """The most bytes that were held at any time, as the only item of a list; set up before the service."""
    most = [0]

    class Watched(Bodies):
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            most[0] = max(most[0], value)

    monkeypatch.setattr(shared, "Bodies", Watched)
    return most


def test_a_body_that_says_it_is_too_large_is_never_kept(most_held, post):
    answer = post(PREDICT, bytes(1 << 16), {"content-length": predict.BODY_BYTES + 1})
    assert answer.status == 413 and "26 MB" in answer.json["detail"]
    assert most_held == [0]


def test_a_body_that_hides_its_length_is_kept_up_to_the_limit_only(most_held, post, monkeypatch):
    monkeypatch.setattr(predict, "BODY_BYTES", 100_000)
    assert post(PREDICT, bytes(300_000)).status == 413
    assert 0 < most_held[0] <= 100_000


def test_all_bodies_together_have_a_limit_and_what_was_held_is_given_back(portal, app, monkeypatch, images):
    """More requests at a time than the limit holds: some are asked to come back, and then all succeed."""
    picture = png(images[0])
    monkeypatch.setattr(bodies, "HELD", 2 * len(picture))

    async def ask_many(number):
        requests = [ask(app, "POST", PREDICT, picture, chunk=50) for _ in range(number)]
        return [answer.status for answer in await asyncio.gather(*requests)]

    assert set(portal.call(ask_many, 8)) == {200, 503}
    assert portal.call(ask_many, 1) == [200]


def test_too_many_waiting_requests_are_asked_to_come_back(portal, app, monkeypatch, images):
    monkeypatch.setattr(shared, "WAITING", 1)
    number = 20 + os.cpu_count()  # as many are at work at a time

    async def ask_many():
        return await asyncio.gather(*(ask(app, "POST", PREDICT, png(images[0])) for _ in range(number)))

    answers = portal.call(ask_many)
    busy = [answer for answer in answers if answer.status == 503]
    assert busy and all(answer.headers["retry-after"] == "1" for answer in busy)
    assert {answer.status for answer in answers} == {200, 503}


def test_a_body_that_never_ends_is_given_up(portal, app, monkeypatch):
    monkeypatch.setattr(bodies, "SECONDS", 0.01)
    sent = []

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    portal.call(app, SCOPE, receive, send)
    assert sent[0]["status"] == 408


def test_a_client_that_leaves_is_no_error_and_leaves_nothing(portal, app, get):
    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        raise AssertionError("nobody is there")

    portal.call(app, SCOPE, receive, send)
    text = get("/metrics").body.decode()
    assert "digits_requests_in_flight 1\n" in text and "digits_body_bytes 0\n" in text  # the one: this question


def test_json_has_a_smaller_limit_than_pictures(post):
    assert post(PREDICT, {**SEVEN, "more": " " * predict.JSON_BYTES}).status == 413


def test_text_in_the_place_of_numbers_takes_no_more_memory_than_it_has(post):
    """NumPy's own arrays of these would have 4 TB and 160 GB."""
    long = "x" * 1_000_000
    numbers = {"name": "pixels", "shape": [1, 28, 28], "datatype": "FP32", "data": [long] + [""] * 1_000_000}
    assert post("/v2/models/digits/infer", {"inputs": [numbers]}).status == 400
    assert post(PREDICT, {"strokes": [[[long, ""]] + [["", ""]] * 19_999]}).status == 400


@pytest.mark.parametrize("depth", [40, 90, 900])
def test_numbers_are_not_looked_for_deeper_than_there_are_any(post, depth):
    nested = json.loads("[" * depth + "]" * depth)
    tensor = {"name": "pixels", "shape": [1, 28, 28], "datatype": "UINT8", "data": nested}
    assert post("/v2/models/digits/infer", {"inputs": [tensor]}).status == 400
    assert post(PREDICT, {"strokes": [nested]}).status == 400


@pytest.mark.parametrize("width", [5e-324, 1e-320, 10**400])
def test_a_pen_that_no_float_can_zoom_to_is_refused(post, width):
    assert post(PREDICT, {"strokes": [[[1, 1]]], "width": width}).status == 400
    assert post(PREDICT, {"strokes": [[[0, 0], [1e-310, 1e-310]]]}).status == 400


def test_a_compressed_body_is_refused_because_nobody_knows_how_large_it_is(post):
    assert post(PREDICT, b"\x1f\x8b", {"content-encoding": "gzip"}).status == 415


def test_no_upload_is_written_to_the_disk(post, images, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("a file was written")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", refuse)
    answer = post(PREDICT, *form(png(images[0]) + bytes(3 << 20)))
    assert answer.status in (200, 422)


def test_the_service_is_no_part_of_the_app_unless_asked_for(monkeypatch):
    for value, some in (("", False), ("0", False), ("1", True)):
        service_routes.cache_clear()
        monkeypatch.setenv("DIGITS_API", value)
        assert bool(service_routes()) is some
    service_routes.cache_clear()
    assert service.routes()
