"""Many pictures at once: a prediction of each, and how good they are where the folders say what the digits are."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from digits.data.reading import Entry
from digits.errors import BlankDrawing, DigitsError
from digits.evaluation.report import wilson_interval
from digits.inference.detector import Detector
from digits.inference.picture import upload_ink
from digits.inference.pictures.decoding import SUFFIXES
from digits.inference.prediction import Prediction, predict
from digits.inference.recognizer import Recognizer

NO_PICTURE, HIDDEN = "not a picture", "hidden files"


def pictures(entries: Iterable[Entry]) -> tuple[list[Entry], list[tuple[str, list[str]]]]:
    """Return those of some files that are pictures by their name, and for each reason the names of the others."""
    kinds: dict[str, list[Entry]] = {"": [], NO_PICTURE: [], HIDDEN: []}
    for entry in entries:
        kinds[HIDDEN if entry.is_hidden else "" if entry.suffix in SUFFIXES else NO_PICTURE].append(entry)
    found = kinds.pop("")
    return found, [(why, [entry.name for entry in skipped]) for why, skipped in kinds.items() if skipped]


def predicted(entries: Iterable[Entry], read: Callable[[bytes], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a row for each file: {image, what `read` returns of its content, label}, or {image, error}.

    label: only where a folder named 0 to 9 says it.
    """
    for entry in entries:
        row: dict[str, Any] = {"image": entry.name}
        try:
            row |= read(entry.read())
        except DigitsError as error:
            row["error"] = error.with_hint
        except OSError as error:
            row["error"] = f"The file can't be read: {error.strerror}."
        yield row if entry.label is None or "error" in row else row | {"label": entry.label}


def prediction_of(content: bytes, recognizer: Recognizer, detector: Detector) -> Prediction:
    """Predict a picture file of one digit. Raises UnreadablePicture, BlankDrawing."""
    try:
        return predict(upload_ink(content), recognizer, detector)
    except BlankDrawing as error:
        raise BlankDrawing("We found no ink in this picture. Crop it to the digit and try again.") from error


def predict_picture(content: bytes, recognizer: Recognizer, detector: Detector) -> dict[str, Any]:
    """Return the `row` of a picture file. Raises UnreadablePicture, BlankDrawing."""
    prediction = prediction_of(content, recognizer, detector)
    return row(prediction.probabilities, is_digit=prediction.is_digit)


def row(probabilities: np.ndarray, *, is_digit: bool) -> dict[str, Any]:
    """Return {digit, probabilities, looks_like_a_digit} as plain values. probabilities: (10,)."""
    rounded = [round(float(probability), 6) for probability in probabilities]
    return {"digit": int(probabilities.argmax()), "probabilities": rounded, "looks_like_a_digit": is_digit}


def summary(rows: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Return how good the predictions of labelled pictures are; None without any.

    rows: of `predicted`. Returns {n, num_correct, accuracy (0 to 1), interval (Wilson's 95%), confusion (10 x 10
    counts, rows = label, columns = prediction)}. A picture that does not look like a digit counts by its closest digit.
    """
    pairs = np.array([(row["label"], row["digit"]) for row in rows if "label" in row and "digit" in row], int)
    if not len(pairs):
        return None
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, tuple(pairs.T), 1)
    n, num_correct = len(pairs), int(confusion.trace())
    return {
        "n": n,
        "num_correct": num_correct,
        "accuracy": num_correct / n,
        "interval": wilson_interval(num_correct, n),
        "confusion": confusion.tolist(),
    }
