"""Measure how often a number is taken for one digit, and a single digit torn apart: pen digits on the canvas.

The digits come from an .npz file of strokes, named by --file or by the environment variable DIGITS_PENS. Half of the
writers served to choose the settings; the other half is reported.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DamagedFile, DigitsError
from digits.evaluation.report import wilson_interval
from digits.inference.detector import Detector
from digits.inference.numbers.segmentation import separate
from digits.inference.recognizer import Recognizer
from digits.inference.strokes import Stroke, paint
from digits.runs import models, starter
from tests.benchmarks.pens.styles import CANVAS, Digit, read_pen_digits
from tests.benchmarks.results import progress

NUM_DIGITS = 2, 3, 4
GAPS = 0.05, 0.1, 0.2, 0.4  # of the height of the digits, between the ink of two neighbours
BRUSHES = 0.05, 0.1, 0.15  # of the same height
SIZES = 0.9, 1.1  # of the same height, within a number
SHIFTS = -0.05, 0.05  # up and down
MARGIN = 8  # px of the canvas
WAYS = "strokes", "ink"  # whether the strokes are known, or only the ink, as in a picture


def add_options(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("DIGITS_PENS")
    parser.add_argument("--file", type=Path, default=default, metavar="NPZ", help="pen digits as strokes")
    parser.add_argument("--each", type=int, default=150, metavar="N", help="numbers for each gap and number of digits")
    parser.add_argument("--development", action="store_true", help="the half of the writers that served to choose")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> None:
    if options.file is None:
        raise DigitsError("No file of pen digits is named. Give one with --file or the variable DIGITS_PENS.")
    digits, labels = read_pen_digits(options.file)
    writers = _writers(options.file)
    chosen = np.isin(writers, sorted(set(writers.tolist()))[0 if options.development else 1 :: 2])
    digits, labels, writers = [digits[place] for place in np.flatnonzero(chosen)], labels[chosen], writers[chosen]
    network = models.recognizer(starter.run()), Detector.bundled()
    result = {"singles": singles(digits, *network), "numbers": numbers(digits, labels, writers, options.each, *network)}
    print(json.dumps(result) if options.json else "\n".join(lines(result)))


def singles(digits: list[Digit], recognizer: Recognizer, detector: Detector) -> list[dict[str, Any]]:
    """Separate single digits. Returns a row for those of one stroke and one for the others.

    {num_strokes, n, and of each way {torn}}
    """
    rng, rows = np.random.default_rng(0), []
    for several in False, True:
        some = [digit for digit in digits if (len(digit) > 1) == several]
        row: dict[str, Any] = {"num_strokes": "2 or 3" if several else "1", "n": len(some) * len(BRUSHES)}
        drawings = [beside_each_other([digit], 0, brush, rng) for digit in some for brush in BRUSHES]
        for way in WAYS:
            row[way] = {"torn": sum(len(_separate(strokes, way, recognizer, detector)) > 1 for strokes in drawings)}
        rows.append(row)
        progress(f"single digits, strokes: {row['num_strokes']}, done")
    return rows


def numbers(
    digits: list[Digit],
    labels: np.ndarray,
    writers: np.ndarray,
    each: int,
    recognizer: Recognizer,
    detector: Detector,
) -> list[dict[str, Any]]:
    """Separate numbers, each of one writer. Returns a row for each number of digits and each gap.

    {num_digits, gap, n, and of each way {one: taken for one digit, exact: as many parts as digits, ms: median}}
    """
    rng, rows = np.random.default_rng(1), []
    for num_digits in NUM_DIGITS:
        able = [writer for writer in sorted(set(writers.tolist())) if (writers == writer).sum() >= num_digits]
        for gap in GAPS:
            row: dict[str, Any] = {"num_digits": num_digits, "gap": gap, "n": each}
            drawings = []
            for _ in range(each):
                own = np.flatnonzero(writers == rng.choice(able))
                some = [digits[place] for place in rng.choice(own, num_digits, replace=False)]
                drawings.append(beside_each_other(some, gap, rng.choice(BRUSHES), rng))
            for way in WAYS:
                start = time.perf_counter()
                found = [len(_separate(strokes, way, recognizer, detector)) for strokes in drawings]
                row[way] = {
                    "one": found.count(1),
                    "exact": found.count(num_digits),
                    "ms": 1e3 * (time.perf_counter() - start) / each,
                }
            rows.append(row)
            progress(f"{num_digits} digits, gap {gap:.0%}: done")
    return rows


def beside_each_other(digits: list[Digit], gap: float, brush: float, rng: np.random.Generator) -> list[Stroke]:
    """Lay digits side by side, as large as the canvas allows. gap and brush: by the height of the digits."""
    lines, right = [], 0.0
    for digit in digits:
        points = np.concatenate(digit)
        low, high = points.min(axis=0), points.max(axis=0)
        size, shift = rng.uniform(*SIZES), rng.uniform(*SHIFTS)
        lines += [(line - [low[0], (low[1] + high[1]) / 2]) * size + [right, shift] for line in digit]
        right += (high[0] - low[0]) * size + gap + brush
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (CANVAS - 2 * MARGIN) / ((high - low).max() + brush)
    return [Stroke((line - (low + high) / 2) * scale + CANVAS / 2, brush * scale) for line in lines]


def lines(result: dict[str, Any]) -> list[str]:
    """The result as tables in Markdown."""
    text = ["| strokes of a single digit | n | torn apart: strokes known | only ink |", "| --- | ---: | ---: | ---: |"]
    for row in result["singles"]:
        rates = [rate(row[way]["torn"], row["n"]) for way in WAYS]
        text.append(f"| {row['num_strokes']} | {row['n']:,} | {' | '.join(rates)} |")
    text += ["", "| digits | gap | n | taken for one: strokes known | only ink | exact: strokes known | only ink |"]
    text.append("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for row in [*result["numbers"], *(_sum(result["numbers"], gap) for gap in GAPS)]:
        rates = [rate(row[way][what], row["n"]) for what in ("one", "exact") for way in WAYS]
        text.append(f"| {row['num_digits']} | {row['gap']:.0%} | {row['n']:,} | {' | '.join(rates)} |")
    took = ", ".join(f"{way}: {np.mean([row[way]['ms'] for row in result['numbers']]):.1f} ms" for way in WAYS)
    return [*text, "", f"A number takes in the mean {took}, painting included."]


def rate(count: int, n: int) -> str:
    """Return a count as "0.4% (0.1 to 1.2)", with Wilson's 95% interval."""
    low, high = wilson_interval(count, n)
    return f"{count / n:.1%} ({100 * low:.1f} to {100 * high:.1f})"


def _sum(rows: list[dict], gap: float) -> dict[str, Any]:
    same = [row for row in rows if row["gap"] == gap]
    ways = {way: {what: sum(row[way][what] for row in same) for what in ("one", "exact")} for way in WAYS}
    return {"num_digits": "all", "gap": gap, "n": sum(row["n"] for row in same), **ways}


def _separate(strokes: list[Stroke], way: str, recognizer: Recognizer, detector: Detector) -> list:
    ink = paint(strokes, (CANVAS, CANVAS))
    return separate(ink, recognizer, detector, strokes if way == "strokes" else ())


def _writers(file: Path) -> np.ndarray:
    """Return who drew each digit, (n,) str. Raises DamagedFile."""
    with np.load(file, allow_pickle=False) as arrays:
        if "writers" not in arrays:
            raise DamagedFile(f"{file} does not say who drew each digit.")
        return arrays["writers"]
