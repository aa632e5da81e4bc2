"""The OpenAPI document is true: its paths are the routes, and what they answer is what it says."""

import re

import pytest
from jsonschema import Draft202012Validator

from digits.service import openapi
from digits.service.routes import PATHS
from tests.service.bad_requests import bad_requests
from tests.service.conftest import SEVEN, form, png, tensor

DOCUMENT = openapi.document()


def operation(method, path):
    """The description of the operation that a request meets."""
    path = path.partition("?")[0]
    for known, described in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path) and method.lower() in described:
            return described[method.lower()]
    return None


def assert_described(answer, method, path):
    """The answer's status, type and content are those of the document."""
    described = operation(method, path)["responses"][str(answer.status)]["content"]
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in described
    if kind.endswith("json"):
        schema = {**described[kind]["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(answer.json)


def test_its_paths_and_methods_are_those_of_the_routes():
    methods = {path: {name.upper() for name in item} - {"PARAMETERS"} for path, item in DOCUMENT["paths"].items()}
    assert methods == {path: set(handlers) for path, handlers in PATHS.items()}


def test_its_path_parameters_are_those_of_the_paths():
    for path, item in DOCUMENT["paths"].items():
        assert [parameter["name"] for parameter in item.get("parameters", [])] == re.findall(r"\{(\w+)\}", path)


def test_its_schemas_are_valid_and_every_reference_leads_somewhere(get):
    assert get("/openapi.json").json == DOCUMENT
    schemas = DOCUMENT["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    named = set(re.findall(r"'#/components/schemas/(\w+)'", repr(DOCUMENT)))
    assert named == set(schemas)


def test_it_is_valid_openapi():
    validator = pytest.importorskip("openapi_spec_validator", reason="pip install -r requirements-dev.txt")
    validator.validate(DOCUMENT)


@pytest.mark.parametrize("path", [path for path, handlers in PATHS.items() if "GET" in handlers])
def test_every_question_is_answered_as_described(get, path):
    version = get("/v2/models/digits").json["versions"][0]
    place = path.format(name="digits", version=version)
    answer = get(place)
    assert answer.status == 200
    assert_described(answer, "GET", place)
    assert get(place, b"", {"host": "127.0.0.1"}).status == 200


def test_every_prediction_is_answered_as_described_and_what_is_sent_is_described_too(post, images):
    as_json = {"inputs": [{"name": "pixels", "shape": [1, 28, 28], "datatype": "UINT8", "data": images[:1].tolist()}]}
    for path, *sent in (
        ("/v2/models/digits/infer", as_json),
        ("/v2/models/digits/infer", *tensor(images)),
        ("/api/predict", SEVEN),
        ("/api/predict?numbers=true", {"drawings": [SEVEN, SEVEN]}),
        ("/api/predict", png(images[0]), {"content-type": "image/png"}),
        ("/api/predict?numbers=true", *form(png(images[12], 140))),
    ):
        answer = post(path, *sent)
        assert answer.status == 200
        assert_described(answer, "POST", path)
        if isinstance(sent[0], dict):
            schema = operation("POST", path)["requestBody"]["content"]["application/json"]["schema"]
            Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(sent[0])


def test_every_refusal_is_one_that_it_describes(portal, app, images):
    seen = set()
    for kind, answer, method, path in bad_requests(portal, app, images, 300):
        assert 400 <= answer.status < 500, kind
        if operation(method, path):
            assert_described(answer, method, path)
        seen.add(kind)
    assert len(seen) > 20
