"""python -m digits predict PATH...: predict the digits on pictures, one's own digits without labels, or strokes."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from digits.commands.evaluation import named_run
from digits.commands.printing import as_json, confusion_lines, one_line
from digits.data.dataset import open_dataset
from digits.data.reading import opened
from digits.errors import BadConfig, DigitsError
from digits.evaluation import pictures, strokes_file
from digits.inference.detector import Detector
from digits.inference.numbers.rows import read_rows
from digits.inference.picture import read_upload
from digits.inference.prediction import Prediction
from digits.inference.recognizer import Recognizer
from digits.runs import models

NAMED = 5  # files of a folder that are named when they are skipped


def add_to(verbs) -> None:
    parser = verbs.add_parser("predict", help="predict the digits on pictures")
    about = "pictures, folders of them, or zips; - reads one picture from stdin"
    parser.add_argument("paths", nargs="*", type=_file, metavar="PATH", help=about)
    parser.add_argument("--strokes", type=_file, metavar="FILE", help=f"drawings, each a line: {strokes_file.FORM}")
    parser.add_argument(
        "--path",
        action=argparse.BooleanOptionalAction,
        help="let the pen's path count beside the picture of the strokes; with the starter by default",
    )
    parser.add_argument("--numbers", action="store_true", help="read all rows of digits, not one digit a picture")
    parser.add_argument("--source", metavar="NAME", help="predict every digit of a source instead of pictures")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.set_defaults(command=run)


def _file(text: str) -> Path:
    return Path("/dev/stdin" if text == "-" else text)


def run(options) -> int:
    """Print a line for each picture; returns 1 if one of them cannot be read, or there are none.

    Where folders named 0 to 9 say what the digits are, the accuracy and a confusion matrix follow.
    """
    named = [bool(options.paths), bool(options.source), bool(options.strokes)]
    if sum(named) != 1 or (options.numbers and not options.paths):
        raise BadConfig("Expected pictures, --strokes FILE or --source NAME. Only pictures have --numbers.")
    model = named_run(options.run)
    recognizer, detector = models.recognizer(model), Detector.bundled()
    if options.strokes:
        joined = model.is_starter if options.path is None else options.path
        rows = strokes_file.predicted(options.strokes, recognizer, detector, joined=joined)
    elif options.source:
        rows = _of_source(options.source, recognizer)
    else:
        read = _rows if options.numbers else pictures.predict_picture
        rows = _of_paths(options.paths, partial(read, recognizer=recognizer, detector=detector))
    kept, num_failed = [], 0
    for row in rows:
        if "error" in row:
            num_failed += 1
        else:
            kept.append({name: row[name] for name in ("label", "digit") if name in row})
        print(as_json(row) if options.json else one_line(_text(row)), flush=True)
    if not kept:
        print(f"No {'drawing' if options.strokes else 'picture'} was predicted.", file=sys.stderr)
    if found := pictures.summary(kept):
        print(as_json(found) if options.json else _summary_text(found))
    return 0 if kept and not num_failed else 1


def _of_paths(paths: list[Path], read) -> Iterator[dict[str, Any]]:
    """Yield a row for each picture; list skipped files on stderr."""
    for path in sorted(paths):
        is_named = not path.is_dir() and path.suffix.lower() != ".zip"
        try:
            with opened(path) as entries:
                found, skipped = (entries, []) if is_named else pictures.pictures(entries)
                for why, names in skipped:
                    names = [name.removeprefix(f"{path}/") for name in names]
                    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
                    print(one_line(f"Skipped in {path}, {why}: {', '.join(names[:NAMED])}{more}."), file=sys.stderr)
                yield from pictures.predicted(found, read)
        except DigitsError as error:
            if path.is_dir():
                raise
            yield {"image": str(path), "error": error.with_hint}


def _of_source(source: str, recognizer: Recognizer) -> Iterator[dict[str, Any]]:
    dataset = open_dataset(source)
    for index, probabilities in enumerate(recognizer.probabilities(dataset.images)):
        row = {"image": f"{source} {index}"} | pictures.row(probabilities, is_digit=True)
        label = int(dataset.labels[index])
        yield row | {"label": label} if label < 10 else row


def _rows(data: bytes, recognizer: Recognizer, detector: Detector) -> dict[str, Any]:
    rows = read_rows(read_upload(data), recognizer, detector).rows
    return {
        "rows": [
            {
                "text": row.text,
                "digits": [_boxed(*one) for one in zip(row.number.predictions, row.boxes, strict=True)],
                "left_out": len(row.marks),  # commas, points, dashes, dots
                "may_touch": sum(part.may_touch for part in row.number.parts),  # cut apart, or wide as two digits
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


def _text(row: dict[str, Any]) -> str:
    if "line" in row:  # of a file of drawings; it has no name
        return row["error"]
    if "error" in row:
        said = row["error"]
    elif "rows" in row:
        said = " / ".join(line["text"] for line in row["rows"])
    elif row["looks_like_a_digit"]:
        said = f"{row['digit']} ({max(row['probabilities']):.1%})"
    else:
        said = f"doesn't look like a digit (closest: {row['digit']})"
    return f"{row['image'] if 'image' in row else row['id']}: {said}"


def _summary_text(found: dict[str, Any]) -> str:
    low, high = found["interval"]
    lines = [f"{found['num_correct']:,} of {found['n']:,} labelled pictures are correct: {found['accuracy']:.2%} "
             f"(95% interval {low:.2%} to {high:.2%})"]  # fmt: skip
    return "\n".join([*lines, "rows: label, columns: prediction", *confusion_lines(found["confusion"])])
