"""Measure how well a model reads digits drawn with a pen, painted on the canvas in eight styles.

The digits come from an .npz file of strokes, named by --file or by the environment variable DIGITS_PENS.
"""

import argparse
import json
import os
from pathlib import Path

import cv2
import numpy as np

from digits.commands.evaluation import named_run
from digits.errors import DigitsError
from digits.inference.detector import Detector
from digits.inference.path_network import PathNetwork
from digits.runs import models
from digits.runs.run import Run
from digits.starter.path.making.pens import PenDigits, read_pen_digits
from tests.benchmarks import non_digits
from tests.benchmarks.pens import witnesses
from tests.benchmarks.pens.accuracy import by_style
from tests.benchmarks.results import progress, write_json


def add_options(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("DIGITS_PENS")
    parser.add_argument("--file", type=Path, default=default, metavar="NPZ", help="pen digits as strokes")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument(
        "--path",
        choices=["bundled", "folds"],
        help="also the path network: the bundled one, for writers from whom it has not learned; or five that have each "
        "learned from the others' digits, for the writers from whom the bundled one has",
    )
    parser.add_argument("--non-digits", action="store_true", help="also how many letters, scribbles etc. are accepted")
    parser.add_argument("--picture", type=Path, metavar="PNG", help="write the misclassified digits there")
    parser.add_argument("--store", type=Path, metavar="FILE", help="write the result there as JSON")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> None:
    if options.file is None:
        raise DigitsError("No file of pen digits is named. Give one with --file or the variable DIGITS_PENS.")
    run = named_run(options.run)
    pens = read_pen_digits(options.file)
    recognizer, detector = models.recognizer(run), Detector.bundled()
    rows, pictures, kinds, pictured = [], [], [], {}
    for row in by_style(recognizer, detector, pens.digits, pens.labels):
        pictures.append(row.pop("pictures"))
        pictured[row["style"]] = row.pop("probabilities"), row.pop("likelihoods")
        rows.append(row)
        progress(f"{row['style']:16} {row['accuracy']:.2%} correct, {row['refused']:.2%} refused")
    for row in non_digits.by_kind(detector) if options.non_digits else ():
        kinds.append(row)
        progress(f"{row['kind']:16} {row['accepted']:.1%} accepted as a digit")
    result = summary(run, rows, kinds)
    if options.path:
        result["path"] = witnesses.compare(pens, pictured, _path_networks(options.path, pens))
    if options.store:
        write_json(options.store, result)
    if options.picture:
        _write_picture(pictures, options.picture)
    print(json.dumps(result) if options.json else "\n".join(lines(result)))


def _path_networks(which: str, pens: PenDigits) -> list[tuple[np.ndarray, PathNetwork]]:
    """Return networks, each with the indices of the digits that it is to predict."""
    if which == "bundled":
        return [(np.arange(len(pens.labels)), PathNetwork.bundled())]
    from digits.starter.path.making.train import cross_validate

    return list(cross_validate(pens, 0, PathNetwork.bundled().temperature))


def summary(run: Run, rows: list[dict], kinds: list[dict]) -> dict:
    """Return {run, sha256, n, mean, worst, refused, styles (rows), non_digits (kinds)}.

    sha256: of the model; mean and worst: accuracy over the styles, 0 to 1; refused: the mean.
    """
    accuracies = [row["accuracy"] for row in rows]
    return {
        "run": run.id,
        "sha256": run.model.sha256,
        "n": rows[0]["n"],
        "mean": float(np.mean(accuracies)),
        "worst": min(accuracies),
        "refused": float(np.mean([row["refused"] for row in rows])),
        "styles": rows,
        "non_digits": kinds,
    }


def lines(result: dict) -> list[str]:
    """The summary as tables in Markdown."""
    text = [f"{result['n']:,} pen-drawn digits, predicted by {result['run']}", ""]
    text += ["| style | correct | refused | most frequent errors |", "| --- | ---: | ---: | --- |"]
    for row in result["styles"]:
        confusions = ", ".join(f"{label} as {predicted}: {count}" for label, predicted, count in row["confusions"][:3])
        text.append(f"| {row['style']} | {row['accuracy']:.2%} | {row['refused']:.2%} | {confusions} |")
    text += [
        f"| **mean** | **{result['mean']:.2%}** | {result['refused']:.2%} | |",
        f"| **worst** | **{result['worst']:.2%}** | {max(row['refused'] for row in result['styles']):.2%} | |",
    ]
    by_digit = np.array([row["by_digit"] for row in result["styles"]], float).mean(axis=0)  # NaN where there is none
    text += ["", "By digit: " + ", ".join(f"{digit}: {fraction:.1%}" for digit, fraction in enumerate(by_digit))]
    if result["non_digits"]:
        text += ["", "| not a digit | drawings | accepted as one |", "| --- | ---: | ---: |"]
    for row in result["non_digits"]:
        new = "" if row["learned"] else " (never learned)"
        text.append(f"| {row['kind']}{new} | {row['n']:,} | {row['accepted']:.1%} |")
    return text + (witnesses.lines(result["path"]) if "path" in result else [])


def _write_picture(pictures: list[np.ndarray], file: Path) -> None:
    """Write one row for each style: its misclassified digits, as the network got them."""
    widest = max(len(row) for row in pictures)
    rows = [np.hstack([*row, *np.zeros((widest - len(row), 28, 28), np.uint8)]) for row in pictures if len(row)]
    if not rows or not cv2.imwrite(str(file), np.vstack(rows)):
        raise DigitsError(f"Could not write {file}: the name must end in .png and its folder must exist.")
