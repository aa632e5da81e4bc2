"""python -m digits predict PATH...: predict the digits on pictures, or those of a file of strokes."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from digits.commands import strokes_file
from digits.commands.evaluation import named_run
from digits.errors import BadConfig, BlankDrawing, DigitsError
from digits.inference.decoding import SUFFIXES
from digits.inference.detector import Detector
from digits.inference.picture import read_upload, see
from digits.inference.prediction import Prediction, predict
from digits.inference.recognizer import Recognizer
from digits.inference.sheet import read_rows
from digits.runs import models

NAMED = 5  # files of a folder that are named when they are skipped


def add_to(verbs) -> None:
    parser = verbs.add_parser("predict", help="predict the digits on pictures")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="pictures, or folders of them")
    parser.add_argument("--strokes", type=Path, metavar="FILE", help=f"drawings, each a line: {strokes_file.FORM}")
    parser.add_argument(
        "--path",
        action=argparse.BooleanOptionalAction,
        help="let the pen's path count beside the picture of the strokes; with the starter by default",
    )
    parser.add_argument("--numbers", action="store_true", help="read all rows of digits, not one digit a picture")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--json", action="store_true", help="print a JSON line for each picture")
    parser.set_defaults(command=run)


def run(options) -> int:
    """Print a line for each picture; returns 1 if one of them cannot be read, or there are none."""
    if bool(options.paths) == bool(options.strokes) or (options.strokes and options.numbers):
        raise BadConfig("Name either pictures or, after --strokes, one file of single digits.")
    model = named_run(options.run)
    if options.strokes:
        joined = model.is_starter if options.path is None else options.path
        return strokes_file.run(options.strokes, model, joined=joined, as_json=options.json)
    recognizer, detector = models.recognizer(model), Detector.bundled()
    read, show = (_rows, _rows_text) if options.numbers else (_digit, _digit_text)
    num_read = num_failed = 0
    for path in sorted(_pictures(options.paths)):
        try:
            row = {"image": str(path), **read(path.read_bytes(), recognizer, detector)}
            num_read += 1
        except DigitsError as error:
            row = {"image": str(path), "error": error.with_hint}
        except OSError as error:
            row = {"image": str(path), "error": f"The file can't be read: {error.strerror}."}
        num_failed += "error" in row
        print(json.dumps(row) if options.json else f"{path}: {row.get('error') or show(row)}", flush=True)
    if not num_read:
        print("No picture was predicted.", file=sys.stderr)
    return 0 if num_read and not num_failed else 1


def _pictures(paths: list[Path]) -> list[Path]:
    """Return the files that are named, and the pictures in the folders; list skipped files on stderr."""
    pictures = []
    for path in paths:
        if not path.is_dir():
            pictures.append(path)
            continue
        try:
            content = sorted(path.iterdir())
        except OSError as error:
            raise DigitsError(f"The folder {path} can't be read: {error.strerror}.") from error
        found = [file for file in content if file.suffix.lower() in SUFFIXES and not file.is_dir()]
        for why, skipped in (
            ("folders in it are not searched", [file.name for file in content if file.is_dir()]),
            ("not a picture", [file.name for file in content if file not in found and not file.is_dir()]),
        ):
            if skipped:
                more = f" and {len(skipped) - NAMED:,} more" if len(skipped) > NAMED else ""
                print(f"Skipped in {path}, {why}: {', '.join(skipped[:NAMED])}{more}.", file=sys.stderr)
        pictures += found
    return pictures


def _digit(data: bytes, recognizer: Recognizer, detector: Detector) -> dict[str, Any]:
    try:
        prediction = predict(see(read_upload(data)).digit, recognizer, detector)
    except BlankDrawing as error:
        raise BlankDrawing("We found no ink in this picture. Crop it to the digit and try again.") from error
    return {
        "digit": prediction.digit,
        "probabilities": [round(float(probability), 6) for probability in prediction.probabilities],
        "looks_like_a_digit": prediction.is_digit,
    }


def _rows(data: bytes, recognizer: Recognizer, detector: Detector) -> dict[str, Any]:
    rows = read_rows(read_upload(data), recognizer, detector).rows
    return {
        "rows": [
            {
                "text": row.text,
                "digits": [_boxed(*one) for one in zip(row.number.predictions, row.boxes, strict=True)],
                "left_out": len(row.marks),  # commas, points, dashes, dots
            }
            for row in rows
        ]
    }


def _boxed(prediction: Prediction, box: tuple[int, int, int, int]) -> dict[str, Any]:
    return {
        "digit": prediction.digit,
        "probability": round(prediction.confidence, 6),
        "box": list(box),
        "looks_like_a_digit": prediction.is_digit,
    }


def _digit_text(row: dict[str, Any]) -> str:
    if not row["looks_like_a_digit"]:
        return f"doesn't look like a digit (closest: {row['digit']})"
    return f"{row['digit']} ({max(row['probabilities']):.1%})"


def _rows_text(row: dict[str, Any]) -> str:
    return " / ".join(line["text"] for line in row["rows"])
