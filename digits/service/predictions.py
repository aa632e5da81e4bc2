"""What POST /api/predict answers: one picture or drawing -> its digit, or the rows of its digits, ready for JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from digits.evaluation.pictures import prediction_of
from digits.inference.numbers.rows import read_rows
from digits.inference.numbers.segmentation import separate
from digits.inference.picture import read_upload
from digits.inference.prediction import Prediction, predict, predict_number, with_path
from digits.inference.strokes import Stroke
from digits.service.drawings import Drawing
from digits.service.served_models import ServedModel


def predict_picture(data: bytes, model: ServedModel, numbers: bool) -> dict[str, Any]:
    """Predict a picture file: one digit, or with `numbers` all rows of digits. Raises DigitsError."""
    if not numbers:
        return _digit(prediction_of(data, model.recognizer, model.detector))
    rows = read_rows(read_upload(data), model.recognizer, model.detector).rows
    return {
        "rows": [
            _row(row.text, zip(row.number.predictions, map(list, row.boxes), strict=True), len(row.marks))
            for row in rows
        ]
    }


def predict_drawing(drawing: Drawing, model: ServedModel, numbers: bool) -> dict[str, Any]:
    """Predict a drawing: one digit, or with `numbers` its digits from left to right. Raises DigitsError."""
    networks, ink, strokes = (model.recognizer, model.detector), drawing.ink, drawing.strokes
    if not numbers:
        return _digit(with_path(predict(ink, *networks), _path(strokes, ink, model), joined=True))
    parts = separate(ink, *networks, strokes, is_number=True)
    paths = [_path(strokes, part.on_paper(ink.shape), model) for part in parts]
    number = predict_number(parts, *networks, paths)
    boxes = [drawing.box(part.left, part.top, *part.ink.shape[::-1]) for part in parts]
    return {"rows": [_row(number.text, zip(number.predictions, boxes, strict=True), 0)]}


def _path(strokes: list[Stroke], ink: np.ndarray, model: ServedModel) -> np.ndarray | None:
    return model.path_network.predict(strokes, ink) if model.path_network else None


def _digit(prediction: Prediction) -> dict[str, Any]:
    return {
        **_short(prediction),
        "likelihood": round(prediction.likelihood, 6),
        "probabilities": prediction.probabilities.astype(float).round(6).tolist(),
    }


def _row(text: str, digits: Iterable[tuple[Prediction, Sequence[float]]], left_out: int) -> dict[str, Any]:
    return {
        "text": text,
        "digits": [{**_short(prediction), "box": box} for prediction, box in digits],
        "left_out": left_out,
    }


def _short(prediction: Prediction) -> dict[str, Any]:
    return {
        "digit": prediction.digit,
        "confidence": round(prediction.confidence, 6),
        "looks_like_a_digit": prediction.is_digit,
    }
