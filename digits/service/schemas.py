"""The JSON that the service takes and answers, as JSON Schema 2020-12, which OpenAPI 3.1 speaks."""

from typing import Any

from digits.inference.strokes import MAX_POINTS, MAX_STROKES
from digits.service.predict import MAX_ITEMS
from digits.service.tensors import DATATYPES, INPUT, OUTPUTS

Schema = dict[str, Any]
TEXT, NUMBER, WHOLE, FLAG = ({"type": kind} for kind in ("string", "number", "integer", "boolean"))
FRACTION = {"type": "number", "minimum": 0, "maximum": 1}
FREE = {"type": "object"}


def _object(required: dict[str, Schema], **optional: Schema) -> Schema:
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def _list(items: Schema, least: int = 0, most: int | None = None) -> Schema:
    bounds = {"minItems": least} if most is None else {"minItems": least, "maxItems": most}
    return {"type": "array", "items": items, **bounds}


def ref(name: str) -> Schema:
    """Return a reference to one of SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


def _tensor(names: list[str], datatypes: list[str]) -> Schema:
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
    "Drawings": _object({"drawings": _list(ref("Drawing"), 1, MAX_ITEMS)}),
    "Digit": _object({**SHORT, "likelihood": FRACTION, "probabilities": _list(FRACTION, 10, 10)}),
    "Rows": _object({"rows": _list(ROW, 1)}),
    "Predictions": _object(
        {"model": TEXT, "version": TEXT, "predictions": _list({"oneOf": [ref("Digit"), ref("Rows")]}, 1)}
    ),
}  # fmt: skip
