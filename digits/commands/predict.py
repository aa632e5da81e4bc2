"""python -m digits predict PATH...: predict the digits on pictures."""

import json
import sys
from pathlib import Path
from typing import Any

from digits.commands.evaluation import named_run
from digits.errors import DigitsError
from digits.inference.detector import Detector
from digits.inference.picture import upload_ink
from digits.inference.prediction import predict
from digits.inference.recognizer import Recognizer
from digits.runs import models

SUFFIXES = (".png", ".jpg", ".jpeg")
NAMED = 5  # files of a folder that are named when they are skipped


def add_to(verbs) -> None:
    parser = verbs.add_parser("predict", help="predict the digits on pictures, one digit each")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="PNG or JPEG pictures, or folders of them")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--json", action="store_true", help="print a JSON line for each picture")
    parser.set_defaults(command=run)


def run(options) -> int:
    """Print a line for each picture; returns 1 if one of them cannot be read, or there are none."""
    model = named_run(options.run)
    recognizer, detector = models.recognizer(model), Detector.bundled()
    rows = []
    for path in sorted(_pictures(options.paths)):
        rows.append(_row(path, recognizer, detector))
        print(json.dumps(rows[-1]) if options.json else _line(rows[-1]), flush=True)
    if not any("digit" in row for row in rows):
        print("No picture was predicted.", file=sys.stderr)
        return 1
    return 1 if any("error" in row for row in rows) else 0


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
        if skipped := [file.name for file in content if file not in found]:
            more = f" and {len(skipped) - NAMED:,} more" if len(skipped) > NAMED else ""
            print(f"Skipped in {path}, not PNG or JPEG: {', '.join(skipped[:NAMED])}{more}.", file=sys.stderr)
        pictures += found
    return pictures


def _row(path: Path, recognizer: Recognizer, detector: Detector) -> dict[str, Any]:
    try:
        prediction = predict(upload_ink(path.read_bytes()), recognizer, detector)
    except DigitsError as error:
        return {"image": str(path), "error": error.with_hint}
    except OSError as error:
        return {"image": str(path), "error": f"The file can't be read: {error.strerror}."}
    return {
        "image": str(path),
        "digit": prediction.digit,
        "probabilities": [round(float(probability), 6) for probability in prediction.probabilities],
        "looks_like_a_digit": prediction.is_digit,
    }


def _line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['image']}: {row['error']}"
    if not row["looks_like_a_digit"]:
        return f"{row['image']}: doesn't look like a digit (closest: {row['digit']})"
    return f"{row['image']}: {row['digit']} ({max(row['probabilities']):.1%})"
