"""Measure how well a model reads pen digits that are photographed on paper: many kinds of scenes, and rows.

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
from digits.inference.numbers.rows import read_rows
from digits.inference.picture import read_upload, upload_ink
from digits.inference.prediction import predict
from digits.inference.recognizer import Recognizer
from digits.runs import models
from tests.benchmarks.paper import scenes
from tests.benchmarks.pens.styles import Digit, read_pen_digits
from tests.benchmarks.results import table, write_json

SHEETS = {"rows": False, "rows on a desk": True}
"""Kinds of sheets with rows, and whether they lie on a desk."""


def add_options(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("DIGITS_PENS")
    parser.add_argument("--file", type=Path, default=default, metavar="NPZ", help="pen digits as strokes, with writers")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--half", choices=("develop", "held-out"), default="held-out", help="which writers")
    parser.add_argument("--digits", type=int, default=40, metavar="N", help="of each kind of scene")
    parser.add_argument(
        "--kinds", nargs="+", choices=[*scenes.SCENES, *SHEETS], metavar="KIND", help="only these kinds"
    )
    parser.add_argument("--failures", type=Path, metavar="FOLDER", help="write the photographs that failed there")
    parser.add_argument("--store", type=Path, metavar="FILE", help="write the result there as JSON")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> None:
    if options.file is None:
        raise DigitsError("No file of pen digits is named. Give one with --file or the variable DIGITS_PENS.")
    model = named_run(options.run)
    digits, labels = of_half(options.file, held_out=options.half == "held-out")
    recognizer, detector = models.recognizer(model), Detector.bundled()
    tell = table(["scene", "correct", "refused", "accepted and wrong"], options.json)
    rows = []
    for kind in options.kinds or [*scenes.SCENES, *SHEETS]:
        measure = sheets if kind in SHEETS else by_kind
        rows.append(measure(kind, digits, labels, options.digits, recognizer, detector, options.failures))
        tell(line(rows[-1]))
    if options.store:
        write_json(options.store, rows)
    if options.json:
        print(json.dumps(rows))


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


def sheets(kind, digits, labels, count, recognizer, detector, failures=None) -> dict:
    """Return the same for the rows of count / 10 sheets: correct are the rows that are read exactly."""
    rng = np.random.default_rng(len(kind))
    outcomes = {"n": 0, "correct": 0, "refused": 0, "wrong": 0}
    for sheet in range(max(1, count // 10)):
        places = [rng.choice(len(digits), rng.integers(3, 10)) for _ in range(rng.integers(2, 8))]
        photo = scenes.rows([[digits[place] for place in row] for row in places], rng, on_desk=SHEETS[kind])
        texts = ["".join(map(str, labels[row])) for row in places]
        try:
            found = [row.text for row in read_rows(read_upload(photo), recognizer, detector).rows]
        except (BlankDrawing, UnreadablePicture):
            found = []
        right = sum(texts.count(text) > 0 for text in found)
        outcomes["n"] += len(texts)
        outcomes["correct"] += right
        outcomes["wrong"] += max(len(texts), len(found)) - right
        if failures and found != texts:
            failures.mkdir(parents=True, exist_ok=True)
            name = f"{kind.replace(' ', '-')}-{sheet}"
            (failures / f"{name}.jpg").write_bytes(photo)
            (failures / f"{name}.txt").write_text(f"{texts}\n{found}\n")
    return {"kind": kind, **outcomes}


def line(row: dict) -> str:
    """A row of a table in Markdown."""
    return f"| {row['kind']} | {row['correct'] / row['n']:.0%} | {row['refused']} | {row['wrong']} |"
