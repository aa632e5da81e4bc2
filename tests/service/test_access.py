"""Who may ask what, what is counted, and how errors look."""

import re

import pytest

from digits import service
from digits.service.routes import OPEN, PATHS
from digits.service.served_models import ServedModels
from tests.service.conftest import ask, png

LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? [0-9.e+-]+')


@pytest.fixture
def guarded(digits_home, monkeypatch, portal):
    """guarded(method, path, headers) asks a service that wants the token "sesame"."""
    monkeypatch.setenv("DIGITS_API_TOKEN", "sesame")
    app = service.app()
    return lambda method, path, **headers: portal.call(ask, app, method, path, b"", headers)


@pytest.mark.parametrize("path", PATHS)
def test_a_token_is_needed_but_for_health_and_description(guarded, path):
    place = path.format(name="digits", version="1")
    (method,) = PATHS[path]
    answers = [guarded(method, place, authorization=shown) for shown in ("", "Bearer", "Bearer sesam", "Basic sesame")]
    answers.append(guarded(method, place))
    if path in OPEN:
        assert {answer.status for answer in answers} == {200}
    else:
        assert {(answer.status, answer.headers["www-authenticate"]) for answer in answers} == {(401, "Bearer")}
    assert guarded(method, place, authorization="Bearer sesame").status in (200, 400, 404, 422)


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8502", 200), ("localhost", 200), ("a.example.org", 200), ("example.org", 421), ("[x", 421), ("", 421)],
)
def test_only_the_names_that_it_was_told_are_answered_to(digits_home, portal, host, status):
    app = service.app(hosts=["localhost", "127.0.0.1", "*.example.org"])
    assert portal.call(ask, app, "GET", "/v2", b"", {"host": host}).status == status
    assert portal.call(ask, app, "GET", "/v2/health/live", b"", {"host": host}).status == 200


def test_another_method_and_another_path_are_problems_too(get, post):
    wrong = post("/v2/models")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET")
    for path in ("/v2/", "/v2/nothing", "/api/nothing", "/v2/models/digits/nothing", "/v2/models/x/y/z"):
        answer = get(path)
        assert answer.status == 404 and answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json) == {"type", "title", "status", "detail", "error"}
    assert get("/").headers["location"] == "/api"


def test_an_error_of_ours_is_answered_without_its_text(get, monkeypatch, caplog):
    def fail(self):
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(ServedModels, "names", fail)
    answer = get("/v2/models")
    assert answer.status == 500 and b"secret" not in answer.body
    assert "/secret/path" in caplog.text


def test_metrics_are_lines_of_prometheus_that_count_what_happened(get, post, images):
    for _ in range(3):
        post("/api/predict", png(images[0]))
    post("/api/predict", b"nothing")
    answer = get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    assert all(LINE.fullmatch(line) or line.startswith(("# HELP ", "# TYPE ")) for line in lines)
    assert 'digits_requests_total{path="/api/predict",method="POST",status="200"} 3' in lines
    assert 'digits_requests_total{path="/api/predict",method="POST",status="422"} 1' in lines
    assert 'digits_predictions_total{input="picture"} 3' in lines
    buckets = [int(line.split()[1]) for line in lines if line.startswith("digits_request_seconds_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == 4
    assert 'digits_request_seconds_count{path="/api/predict"} 4' in lines
    assert any(line.startswith('digits_model_info{name="digits"') and 'run="starter"' in line for line in lines)


def test_strange_paths_and_methods_make_no_new_lines_in_the_metrics(portal, app, get):
    for number in range(20):
        portal.call(ask, app, f"M{number}", f"/v2/{number}")
        portal.call(ask, app, "GET", f"/v2/models/{number}")
    lines = [line for line in get("/metrics").body.decode().splitlines() if line.startswith("digits_requests_total")]
    assert len(lines) == 2
