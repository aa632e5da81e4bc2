"""Measure how well a model reads pen digits that are photographed on paper: eighteen kinds of scenes, and rows.

The digits come from an .npz file of strokes with their writers, named by --file or by DIGITS_PENS. The reader was
developed on the writers of one half; the other half, `held out`, says how good it is.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np

from digits.commands.evaluation import named_run
from digits.errors import BlankDrawing, DigitsError, UnreadablePicture
from digits.inference.detector import Detector
from digits.inference.picture import upload_ink
from digits.inference.prediction import predict
from digits.inference.recognizer import Recognizer
from digits.runs import models
from tests.benchmarks.paper import scenes
from tests.benchmarks.pens.styles import Digit, read_pen_digits
from tests.benchmarks.results import progress, write_json


def add_options(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("DIGITS_PENS")
    parser.add_argument("--file", type=Path, default=default, metavar="NPZ", help="pen digits as strokes, with writers")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--half", choices=("develop", "held-out"), default="held-out", help="which writers")
    parser.add_argument("--digits", type=int, default=100, metavar="N", help="of each kind of scene")
    parser.add_argument("--kinds", nargs="+", metavar="KIND", help="only these kinds")
    parser.add_argument("--failures", type=Path, metavar="FOLDER", help="write the photographs that failed there")
    parser.add_argument("--store", type=Path, metavar="FILE", help="write the result there as JSON")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> None:
    if options.file is None:
        raise DigitsError("No file of pen digits is named. Give one with --file or the variable DIGITS_PENS.")
    model = named_run(options.run)
    digits, labels = of_half(options.file, held_out=options.half == "held-out")
    recognizer, detector = models.recognizer(model), Detector.bundled()
    rows = []
    for kind in options.kinds or scenes.SCENES:
        rows.append(by_kind(kind, digits, labels, options.digits, recognizer, detector, options.failures))
        progress(line(rows[-1]))
    if options.store:
        write_json(options.store, rows)
    print(json.dumps(rows) if options.json else "\n".join(["| scene | correct | refused | accepted and wrong |",
          "| --- | ---: | ---: | ---: |", *(line(row) for row in rows)]))  # fmt: skip


def of_half(file: Path, *, held_out: bool) -> tuple[list[Digit], np.ndarray]:
    """Return the digits of one half of the writers, with their labels."""
    digits, labels = read_pen_digits(file)
    with np.load(file, allow_pickle=False) as arrays:
        writers = arrays["writers"]
    names = np.random.default_rng(0).permutation(np.unique(writers))
    chosen = np.isin(writers, names[len(names) // 2 :] if held_out else names[: len(names) // 2])
    return [digit for digit, is_chosen in zip(digits, chosen, strict=True) if is_chosen], labels[chosen]


def by_kind(
    kind: str,
    digits: list[Digit],
    labels: np.ndarray,
    count: int,
    recognizer: Recognizer,
    detector: Detector,
    failures: Path | None = None,
) -> dict:
    """Return {kind, n, correct, refused, wrong}: counts; correct and wrong are those that are accepted as a digit."""
    rng = np.random.default_rng(len(kind) + sum(map(ord, kind)))
    outcomes = {"correct": 0, "refused": 0, "wrong": 0}
    for place in rng.choice(len(digits), count, replace=False):
        photo = scenes.SCENES[kind](digits[place], rng)
        try:
            prediction = predict(upload_ink(photo), recognizer, detector)
            outcome = "correct" if prediction.digit == labels[place] else "wrong"
            outcome = outcome if prediction.is_digit else "refused"
        except (BlankDrawing, UnreadablePicture):
            outcome = "refused"
        outcomes[outcome] += 1
        if failures and outcome != "correct":
            failures.mkdir(parents=True, exist_ok=True)
            (failures / f"{kind.replace(' ', '-')}-{place}-{labels[place]}-{outcome}.jpg").write_bytes(photo)
    return {"kind": kind, "n": count, **outcomes}


def line(row: dict) -> str:
    """A row of a table in Markdown."""
    return f"| {row['kind']} | {row['correct'] / row['n']:.0%} | {row['refused']} | {row['wrong']} |"
