"""The description of the service in OpenAPI 3.1 (spec.openapis.org). Tests hold it against what is answered."""

from typing import Any

from digits.inference.strokes import MAX_POINTS, MAX_STROKES
from digits.service import inference_protocol as protocol
from digits.service import predict as predictions
from digits.service.tensors import DATATYPES, HEADER, INPUT, MAX_IMAGES, OUTPUTS, SIDE

Schema = dict[str, Any]
TEXT, NUMBER, WHOLE, FLAG = ({"type": kind} for kind in ("string", "number", "integer", "boolean"))
FRACTION = {"type": "number", "minimum": 0, "maximum": 1}
FREE = {"type": "object"}
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


def _object(required: dict[str, Schema], **optional: Schema) -> Schema:
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def _list(items: Schema, least: int = 0, most: int | None = None) -> Schema:
    bounds = {"minItems": least} if most is None else {"minItems": least, "maxItems": most}
    return {"type": "array", "items": items, **bounds}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _tensor(names: list[str], datatypes: list[str], **more: Schema) -> Schema:
    data = {
        "type": "array",
        "description": "Numbers, flat or nested like `shape`; none where bytes follow the JSON.",
    }
    return _object(
        {"name": {"enum": names}, "datatype": {"enum": datatypes}, "shape": _list(WHOLE)}, data=data, parameters=FREE
    )


POINT = _list(NUMBER, 2, 2)
SHORT = {"digit": {**WHOLE, "minimum": 0, "maximum": 9}, "confidence": FRACTION, "looks_like_a_digit": FLAG}
ROW = _object({"text": TEXT, "digits": _list(_object({**SHORT, "box": _list(NUMBER, 4, 4)})), "left_out": WHOLE})
SCHEMAS: dict[str, Schema] = {
    "Problem": _object({"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "error": TEXT}),
    "Server": _object({"name": TEXT, "version": TEXT, "extensions": _list(TEXT)}),
    "Live": _object({"live": FLAG}),
    "Ready": _object({"ready": FLAG}, name=TEXT),
    "Models": _object({"models": _list(TEXT, 1)}),
    "Model": _object(
        {"name": TEXT, "versions": _list(TEXT, 1), "platform": TEXT}
        | dict.fromkeys(("inputs", "outputs"), _list(_object({"name": TEXT, "datatype": TEXT, "shape": _list(WHOLE)}))),
    ),
    "InferRequest": _object(
        {"inputs": _list(_tensor([INPUT], list(DATATYPES)), 1, 1)},
        id=TEXT, outputs=_list(_object({"name": {"enum": list(OUTPUTS)}}, parameters=FREE)), parameters=FREE,
    ),
    "InferResponse": _object(
        {"model_name": TEXT, "model_version": TEXT, "outputs": _list(_tensor(list(OUTPUTS), ["FP32", "INT64"]), 1)},
        id=TEXT,
    ),
    "Drawing": _object({"strokes": _list(_list(POINT, 1, MAX_POINTS), 1, MAX_STROKES)}, width=NUMBER),
    "Drawings": _object({"drawings": _list(_ref("Drawing"), 1, predictions.MAX_ITEMS)}),
    "Digit": _object({**SHORT, "likelihood": FRACTION, "probabilities": _list(FRACTION, 10, 10)}),
    "Rows": _object({"rows": _list(ROW, 1)}),
    "Predictions": _object(
        {"model": TEXT, "version": TEXT, "predictions": _list({"oneOf": [_ref("Digit"), _ref("Rows")]}, 1)}
    ),
}  # fmt: skip


def _json(schema: str) -> Schema:
    return {"application/json": {"schema": _ref(schema)}}


def _operation(about: str, answer: Schema, *failures: int, **more: Any) -> Schema:
    answers = {"200": {"description": "It worked.", "content": answer}}
    for status in (*failures, 421) if 401 in failures else failures:  # both are asked before anything else
        problem = {"application/problem+json": {"schema": _ref("Problem")}}
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
    "application/json": {"schema": {"oneOf": [_ref("Drawing"), _ref("Drawings")]}},
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
