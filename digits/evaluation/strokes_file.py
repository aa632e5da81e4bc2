"""Predict the drawings of a file of strokes, one JSON object a line: python -m digits predict --strokes FILE."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digits.errors import BlankDrawing, DigitsError, UnreadablePicture
from digits.evaluation import pictures
from digits.inference.detector import Detector
from digits.inference.path_network import PathNetwork
from digits.inference.prediction import Prediction, predict, with_path
from digits.inference.recognizer import Recognizer
from digits.inference.strokes import Stroke, paint, read_strokes

SIDE = 384  # px of the canvas on the Draw page
LINE_BYTES = 1 << 20
FORM = '{"id": "a", "width": 24, "strokes": [[[x, y], ...], ...]}'


def predicted(file: Path, recognizer: Recognizer, detector: Detector, *, joined: bool) -> Iterator[dict[str, Any]]:
    """Yield a row for each drawing: {id, digit, probabilities, ...}, or {id, line, error}.

    joined: whether the path counts beside the picture. Raises DigitsError if the file cannot be read.
    """
    path_network = PathNetwork.bundled()
    for number, line in _lines(file):
        try:
            name, strokes = read_line(line)
            prediction = predict_strokes(strokes, recognizer, detector, path_network, joined=joined)
            yield {"id": name, **_row(prediction)}
        except DigitsError as error:
            yield {"id": _id_of(line), "line": number, "error": f"Line {number}: {error}"}


def read_line(line: bytes) -> tuple[str | int, list[Stroke]]:
    """Return the id and the strokes of one drawing. Raises UnreadablePicture for anything that is not of FORM."""
    if len(line) > LINE_BYTES:
        raise UnreadablePicture("it is longer than 1 MB; a drawing has at most 20,000 points.")
    try:
        drawing = json.loads(line)
        name, width, strokes = drawing["id"], drawing["width"], drawing["strokes"]
        if not isinstance(name, str | int):
            raise TypeError("the id is neither a text nor a number")
        paths = [[["M", *stroke[0]], *(["L", *point] for point in stroke[1:])] for stroke in strokes]
        return name, read_strokes({"objects": [{"path": path, "strokeWidth": width} for path in paths]})
    except (UnreadablePicture, ValueError, TypeError, LookupError, RecursionError) as error:
        raise UnreadablePicture(f"this isn't a drawing; expected {FORM}, in px of a canvas of {SIDE} px.") from error


def predict_strokes(
    strokes: list[Stroke], recognizer: Recognizer, detector: Detector, path_network: PathNetwork, *, joined: bool
) -> Prediction:
    """Predict one digit from its strokes, as the Draw page does. Raises BlankDrawing."""
    ink = paint(strokes, (SIDE, SIDE))
    try:
        prediction = predict(ink, recognizer, detector)
    except BlankDrawing as error:
        raise BlankDrawing("there is no ink on the canvas; draw between 0 and 384 px.") from error
    return with_path(prediction, path_network.predict(strokes, ink), joined=joined)


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each line that is not empty, with its number from 1."""
    try:
        with file.open("rb") as content:
            for number, line in enumerate(iter(lambda: content.readline(LINE_BYTES + 1), b""), start=1):
                if line.strip():
                    yield number, line
                if len(line) > LINE_BYTES:  # what follows is no line of its own
                    return
    except OSError as error:
        raise DigitsError(f"The file {file} can't be read: {error.strerror}.") from error


def _id_of(line: bytes) -> str | int | None:
    try:
        name = json.loads(line)["id"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return name if isinstance(name, str | int) else None


def _row(prediction: Prediction) -> dict[str, Any]:
    """Return what a picture's line says, and what each witness predicts; without a known path only the picture does."""
    row = pictures.row(prediction.probabilities, is_digit=prediction.is_digit)
    if (both := prediction.witnesses) is None:
        return row | {"path": None}
    each = {"picture": both.picture, "path": both.path, "together": both.together}
    return row | {
        name: {"digit": int(found.argmax()), "probability": round(float(found.max()), 6)}
        for name, found in each.items()
    }
