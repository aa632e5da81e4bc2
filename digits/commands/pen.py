"""python -m digits pen: how well a model reads digits drawn with a pen, in many ways."""

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from digits import models
from digits.errors import DigitsError
from digits.evaluation import pens
from digits.evaluation.folder import folder
from digits.files import write_json
from digits.home import ROOT
from digits.inference.recognizer import Recognizer
from digits.training import runs

DEFAULT_FILE = ROOT.parent / "shared" / "data" / "pen_digits.npz"  # where the developers of this project keep it


def add_to(verbs) -> None:
    parser = verbs.add_parser("pen", help="measure a model on pen-drawn digits")
    parser.add_argument("--file", type=Path, default=DEFAULT_FILE, metavar="NPZ", help="pen digits as strokes")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument(
        "--picture", type=Path, metavar="PNG", help="write the misread digits of each way into a picture"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)


def run(options) -> int:
    if not options.file.is_file():
        raise DigitsError(f"There is no file {options.file}. Give one with --file; see digits/evaluation/pens.py.")
    model = runs.find(options.run) if options.run else models.chosen()
    recognizer = Recognizer.load(model.model_file())
    digits, labels = pens.read_pen_digits(options.file)
    rows, sheets = [], []
    for row in pens.measure(recognizer, digits, labels):
        sheets.append(row.pop("pictures"))
        rows.append(row)
        print(f"{row['way']:16} {row['accuracy']:.2%}", file=sys.stderr, flush=True)
    accuracies = [row["accuracy"] for row in rows]
    result = {
        "run": model.id,
        "n": len(labels),
        "mean": float(np.mean(accuracies)),
        "worst": min(accuracies),
        "ways": rows,
    }
    write_json(folder(model, "pens") / "pens.json", result)
    if options.picture:
        _write_picture(sheets, options.picture)
    print(json.dumps(result) if options.json else "\n".join(_table(result)))
    return 0


def _table(result: dict) -> list[str]:
    lines = [f"{result['n']:,} pen-drawn digits, read by {result['run']}", ""]
    lines += ["| way | right | worst confusions (is, said: how often) |", "| --- | ---: | --- |"]
    for row in result["ways"]:
        confusions = ", ".join(f"{true}, {said}: {count}" for true, said, count in row["confusions"][:3])
        lines.append(f"| {row['way']} | {row['accuracy']:.2%} | {confusions} |")
    lines += [f"| **mean** | **{result['mean']:.2%}** | |", f"| **worst** | **{result['worst']:.2%}** | |"]
    by_digit = np.array([row["by_digit"] for row in result["ways"]], float).mean(axis=0)  # NaN where there is none
    return [*lines, "", "By digit: " + ", ".join(f"{digit}: {share:.1%}" for digit, share in enumerate(by_digit))]


def _write_picture(sheets: list[np.ndarray], file: Path) -> None:
    """One row per way, the misread digits as the network saw them."""
    widest = max(len(sheet) for sheet in sheets)
    rows = [np.hstack([*sheet, *np.zeros((widest - len(sheet), 28, 28), np.uint8)]) for sheet in sheets if len(sheet)]
    if not rows or not cv2.imwrite(str(file), np.vstack(rows)):
        raise DigitsError(f"Could not write {file}: the name must end in .png and its folder must exist.")
