"""POST /api/predict: pictures as files, or drawings as JSON; one or many, digits or numbers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from digits.errors import BlankDrawing, UnreadablePicture
from digits.inference.picture import UPLOAD_BYTES
from digits.service.bodies import read_json
from digits.service.drawings import read_drawing
from digits.service.predictions import predict_drawing, predict_picture
from digits.service.problems import Problem, json_response
from digits.service.served_models import CHOSEN, ServedModel
from digits.service.service import Service

BODY_BYTES = UPLOAD_BYTES + (1 << 20)  # of all pictures of a request, with what multipart/form-data adds
JSON_BYTES = 2 << 20
MAX_ITEMS = 32  # pictures or drawings of a request
CHUNK = 1 << 18  # bytes of a form that are read at a time
MAX_FIELDS = 8  # beside the pictures of a form; they are not read
logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of every broken form
NUMBERS = {"true": True, "1": True, "false": False, "0": False}


async def predict(service: Service, request: Request) -> Response:
    """Predict the pictures or drawings in a body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    numbers = NUMBERS.get(request.query_params.get("numbers", "false"))
    if numbers is None:
        raise Problem(400, "`numbers` must be true or false.")
    model = await service.work(service.models.get, request.query_params.get("model", CHOSEN))
    is_json = kind == "application/json"
    async with service.bodies.read(request, JSON_BYTES if is_json else BODY_BYTES) as body:
        if is_json:
            items, predict_one = await service.work(_drawings, body), _predict_drawing
        else:
            items = await _pictures(body, request) if kind == "multipart/form-data" else [body]
            predict_one = predict_picture
        predictions = []
        for number, item in enumerate(items, 1):
            which = f"Number {number}: " if len(items) > 1 else ""
            predictions.append(await service.work(_named, which, predict_one, item, model, numbers))
    service.metrics.predictions["drawing" if is_json else "picture"] += len(predictions)
    return json_response({"model": model.name, "version": model.version, "predictions": predictions})


def _drawings(body: bytes) -> list[Any]:
    value = read_json(body)
    drawings = value.get("drawings", [value])
    if not isinstance(drawings, list) or not 0 < len(drawings) <= MAX_ITEMS:
        raise Problem(400, f"`drawings` must be a list of 1 to {MAX_ITEMS} drawings. Send several requests.")
    return drawings


async def _pictures(body: bytes, request: Request) -> list[bytes]:
    """Return the files of a form."""

    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), CHUNK):
            yield body[start : start + CHUNK]
            await asyncio.sleep(0)  # others have their turn

    parser = MultiPartParser(request.headers, stream(), max_files=MAX_ITEMS, max_fields=MAX_FIELDS)
    parser.spool_max_size = BODY_BYTES  # no upload is stored
    try:
        form = await parser.parse()
    except MultiPartException as error:
        said = f"Send files as multipart/form-data, at most {MAX_ITEMS} of them, with a name and a file name each."
        raise Problem(400, f"We couldn't read this form. {said}") from error
    files = [await value.read() for _, value in form.multi_items() if isinstance(value, UploadFile)]
    await form.close()
    if not files:
        raise Problem(400, "There is no file in this form. Add at least one, with a file name.")
    return files


def _predict_drawing(item: Any, model: ServedModel, numbers: bool) -> dict[str, Any]:
    return predict_drawing(read_drawing(item), model, numbers)


def _named(which: str, predict_one: Callable[..., dict[str, Any]], item: Any, *rest: Any) -> dict[str, Any]:
    """Predict one item. which: what is put before what is wrong with it, where there are several."""
    try:
        return predict_one(item, *rest)
    except Problem as problem:
        raise Problem(problem.status, which + problem.detail) from problem
    except (UnreadablePicture, BlankDrawing) as error:
        raise type(error)(which + str(error)) from error
