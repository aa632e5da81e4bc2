"""python -m digits pen: how well a model reads digits drawn with a pen, in many ways."""

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from digits.errors import DigitsError
from digits.evaluation.folder import folder
from digits.inference.detector import Detector
from digits.inference.recognizer import Recognizer
from digits.runs import models, runs
from digits.starter.detector.making.judge import wrong_acceptances
from digits.storage.home import ROOT
from digits.storage.records import write_json
from tests.benchmarks import pens

DEFAULT_FILE = ROOT.parent / "shared" / "data" / "pen_digits.npz"  # where the developers of this project keep it


def add_to(verbs) -> None:
    parser = verbs.add_parser("pen", help="measure a model on pen-drawn digits")
    parser.add_argument("--file", type=Path, default=DEFAULT_FILE, metavar="NPZ", help="pen digits as strokes")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument(
        "--picture", type=Path, metavar="PNG", help="write the misread digits of each way into a picture"
    )
    parser.add_argument(
        "--non-digits", action="store_true", help="also draw letters, scribbles and the like: how many pass for digits?"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)


def run(options) -> int:
    if not options.file.is_file():
        raise DigitsError(f"There is no file {options.file}. Give one with --file; see tests/benchmarks/pens.py.")
    model = runs.find(options.run) if options.run else models.chosen()
    recognizer = Recognizer.load(model.model_file())
    detector = Detector.bundled()
    digits, labels = pens.read_pen_digits(options.file)
    rows, sheets = [], []
    for row in pens.measure(recognizer, detector, digits, labels):
        sheets.append(row.pop("pictures"))
        rows.append(row)
        _say(row["way"], f"{row['accuracy']:.2%} right, {row['refused']:.2%} refused as no digit")
    kinds = []
    for row in wrong_acceptances(detector) if options.non_digits else ():
        kinds.append(row)
        _say(row["kind"], f"{row['accepted']:.1%} taken for a digit")
    accuracies = [row["accuracy"] for row in rows]
    result = {
        "run": model.id,
        "n": len(labels),
        "mean": float(np.mean(accuracies)),
        "worst": min(accuracies),
        "ways": rows,
        "refused": float(np.mean([row["refused"] for row in rows])),
        "non_digits": kinds,
    }
    write_json(folder(model, "pens") / "pens.json", result)
    if options.picture:
        _write_picture(sheets, options.picture)
    print(json.dumps(result) if options.json else "\n".join(_table(result)))
    return 0


def _say(what: str, found: str) -> None:
    print(f"{what:16} {found}", file=sys.stderr, flush=True)


def _table(result: dict) -> list[str]:
    lines = [f"{result['n']:,} pen-drawn digits, read by {result['run']}", ""]
    lines += ["| way | right | refused | misread most, how often |", "| --- | ---: | ---: | --- |"]
    for row in result["ways"]:
        confusions = ", ".join(f"{true} as {said}: {count}" for true, said, count in row["confusions"][:3])
        lines.append(f"| {row['way']} | {row['accuracy']:.2%} | {row['refused']:.2%} | {confusions} |")
    lines += [
        f"| **mean** | **{result['mean']:.2%}** | {result['refused']:.2%} | |",
        f"| **worst** | **{result['worst']:.2%}** | {max(row['refused'] for row in result['ways']):.2%} | |",
    ]
    by_digit = np.array([row["by_digit"] for row in result["ways"]], float).mean(axis=0)  # NaN where there is none
    lines += ["", "By digit: " + ", ".join(f"{digit}: {share:.1%}" for digit, share in enumerate(by_digit))]
    if result["non_digits"]:
        lines += ["", "| what is no digit | drawings | taken for one |", "| --- | ---: | ---: |"]
    for row in result["non_digits"]:
        new = "" if row["learned"] else " (never learned)"
        lines.append(f"| {row['kind']}{new} | {row['n']:,} | {row['accepted']:.1%} |")
    return lines


def _write_picture(sheets: list[np.ndarray], file: Path) -> None:
    """One row per way, the misread digits as the network saw them."""
    widest = max(len(sheet) for sheet in sheets)
    rows = [np.hstack([*sheet, *np.zeros((widest - len(sheet), 28, 28), np.uint8)]) for sheet in sheets if len(sheet)]
    if not rows or not cv2.imwrite(str(file), np.vstack(rows)):
        raise DigitsError(f"Could not write {file}: the name must end in .png and its folder must exist.")
