"""The description of the service in OpenAPI 3.1 (spec.openapis.org). Tests hold it against what is answered."""

from typing import Any

from digits.service import inference_protocol as protocol
from digits.service import predict as predictions
from digits.service.schemas import FREE, SCHEMAS, TEXT, Schema, ref
from digits.service.tensors import HEADER, MAX_IMAGES, SIDE

FAILURES = {
    400: "The request is malformed.",
    401: "The token is missing or wrong.",
    404: "There is no such model or version.",
    408: "The body came too slowly.",
    413: "The body is too large.",
    421: "The server has another name.",
    415: "The body is compressed.",
    422: "The picture can't be read, or has no ink.",
    503: "The server is busy, or the model can't be loaded now. Try again.",
}


def _json(schema: str) -> Schema:
    return {"application/json": {"schema": ref(schema)}}


def _operation(about: str, answer: Schema, *failures: int, **more: Any) -> Schema:
    answers = {"200": {"description": "It worked.", "content": answer}}
    for status in (*failures, 421) if 401 in failures else failures:  # both are asked before anything else
        problem = {"application/problem+json": {"schema": ref("Problem")}}
        answers[str(status)] = {"description": FAILURES[status], "content": problem}
    summary, _, description = about.partition(". ")
    security = {} if 401 in failures else {"security": []}
    return {"summary": summary, "description": description, "responses": answers, **security, **more}


def _parameter(name: str, place: str, about: str, **schema: Any) -> Schema:
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, "description": about, "schema": schema or TEXT, **required}


NAME = _parameter("name", "path", "`digits` is the chosen model; a run's id is its model.")
VERSION = _parameter("version", "path", "The version that the model must have now.")
INFER = (
    f"Predict images in a tensor. Send {SIDE} × {SIDE} pixels each, 0 = paper, 255 = ink, prepared as in MNIST; at "
    f"most {MAX_IMAGES:,} images and {protocol.BODY_BYTES >> 20} MB. For tensors as bytes, the JSON comes "
    "first, and the header says how long it is."
)
PREDICT = (
    f"Predict pictures or drawings. Send a picture as the body, up to {predictions.MAX_ITEMS} as a form, or strokes as "
    f"JSON; at most {predictions.BODY_BYTES >> 20} MB, and {predictions.JSON_BYTES >> 20} MB of JSON. A picture may be "
    "of any size, colour and paper; it is prepared as on the Draw page."
)
BYTES = {"schema": {"type": "string", "format": "binary"}}
BODY = {
    "image/*": BYTES,
    "application/octet-stream": BYTES,
    "multipart/form-data": {"schema": {"type": "object", "additionalProperties": BYTES["schema"]}},
    "application/json": {"schema": {"oneOf": [ref("Drawing"), ref("Drawings")]}},
}


def document() -> Schema:
    """Return the document, ready for JSON."""
    infer = _operation(
        INFER, {**_json("InferResponse"), "application/octet-stream": BYTES}, 400, 401, 404, 408, 413, 415, 503,
        requestBody={"required": True, "content": {**_json("InferRequest"), "application/octet-stream": BYTES}},
        parameters=[_parameter(HEADER, "header", "Bytes of the JSON, where bytes follow it.", type="integer")],
    )  # fmt: skip
    predict = _operation(
        PREDICT, _json("Predictions"), 400, 401, 404, 408, 413, 415, 422, 503,
        requestBody={"required": True, "content": BODY},
        parameters=[
            _parameter("model", "query", "The name of a model; `digits`, the chosen one, by default."),
            _parameter("numbers", "query", "Whether to read all rows of digits, not one digit.", type="boolean"),
        ],
    )  # fmt: skip
    model = _operation("Describe a model", _json("Model"), 401, 404, 503)
    model_ready = _operation("Load a model, and say whether it is there", _json("Ready"), 401, 404, 503)
    ready = _operation("Say whether the chosen model is loaded", _json("Ready"))
    ready["responses"]["503"] = {"description": FAILURES[503], "content": _json("Ready")}
    text = {"text/plain": {"schema": TEXT}}
    paths: dict[str, Schema] = {
        "/api/predict": {"post": predict},
        "/v2/models/{name}/infer": {"parameters": [NAME], "post": infer},
        "/v2/models/{name}": {"parameters": [NAME], "get": model},
        "/v2/models/{name}/ready": {"parameters": [NAME], "get": model_ready},
        "/v2/models": {"get": _operation("List the models", _json("Models"), 401, 503)},
        "/v2": {"get": _operation("Describe the server", _json("Server"), 401)},
        "/v2/health/live": {"get": _operation("Say that the server lives", _json("Live"))},
        "/v2/health/ready": {"get": ready},
        "/metrics": {"get": _operation("Count requests, predictions and seconds, for Prometheus", text, 401, 503)},
        "/openapi.json": {"get": _operation("Return this document", {"application/json": {"schema": FREE}})},
        "/api": {"get": _operation("Show this document as a page", {"text/html": {"schema": TEXT}})},
    }
    for path in [path for path in paths if path.startswith("/v2/models/{name}")]:
        versioned = {**paths[path], "parameters": [NAME, VERSION]}
        paths[path.replace("{name}", "{name}/versions/{version}")] = versioned
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Digits",
            "version": protocol.VERSION,
            "description": "Predicts handwritten digits. The paths under /v2 are the Open Inference Protocol.",
        },
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {"schemas": SCHEMAS, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }
