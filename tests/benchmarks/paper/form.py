"""Measure how many digits of a photographed form come out of the right box: forms filled with pen digits, nine kinds.

The digits come from an .npz file of strokes with their writers, named by --file or by DIGITS_PENS.
"""

import argparse
import json
import os
from pathlib import Path

import cv2
import numpy as np

from digits.commands.evaluation import named_run
from digits.drawings.form import layout, printing
from digits.drawings.form.reading import read_form
from digits.errors import DigitsError, UnreadablePicture
from digits.inference.detector import Detector
from digits.inference.picture import read_upload
from digits.inference.recognizer import Recognizer
from digits.runs import models
from tests.benchmarks.paper.render import coloured, hand_shadow, lay, paint, photograph, uneven_light
from tests.benchmarks.paper.report import of_half
from tests.benchmarks.pens.styles import Digit
from tests.benchmarks.results import table

DOTS = 6  # px for each mm of the rendered page
SIZE = 1500, 2000  # px of the photograph
KINDS = "flat", "tilted", "turned", "shadow", "pencil", "curled", "blurred", "far", "a square hidden"
EMPTY, CROSSED_OUT = 0.08, 0.04  # of the boxes; half of the crossed-out ones have a digit below the cross


def add_options(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("DIGITS_PENS")
    parser.add_argument("--file", type=Path, default=default, metavar="NPZ", help="pen digits as strokes, with writers")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--forms", type=int, default=3, metavar="N", help="of each kind")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="KIND", help="only these kinds")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="write the photographs there")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> None:
    if options.file is None:
        raise DigitsError("No file of pen digits is named. Give one with --file or the variable DIGITS_PENS.")
    digits, labels = of_half(options.file, held_out=True)
    recognizer, detector = models.recognizer(named_run(options.run)), Detector.bundled()
    tell = table(
        ["form", "digits", "found in their box", "left out", "predicted as labelled", "found in empty boxes",
         "crossed out and added"], options.json,
    )  # fmt: skip
    rows = []
    for kind in options.kinds:
        rows.append(measure(kind, options.forms, digits, labels, recognizer, detector, options.photos))
        tell(line(rows[-1]))
    if options.json:
        print(json.dumps(rows))


def measure(
    kind: str,
    num_forms: int,
    digits: list[Digit],
    labels: np.ndarray,
    recognizer: Recognizer,
    detector: Detector,
    photos: Path | None = None,
) -> dict:
    """Return what came of some forms, as counts of boxes.

    {kind, written, found, left_out, agree: predicted as labelled; empty, of them empty_found; crossed, crossed_added}
    """
    rng = np.random.default_rng(sum(map(ord, kind)))
    row = dict.fromkeys(
        ("written", "found", "left_out", "agree", "empty", "empty_found", "crossed", "crossed_added"), 0
    )
    for form in range(num_forms):
        written, crossed, photo = filled(kind, digits, labels, rng)
        if photos:
            photos.mkdir(parents=True, exist_ok=True)
            (photos / f"{kind.replace(' ', '-')}-{form}.jpg").write_bytes(photo)
        try:
            found = {one.number: one for one in read_form(read_upload(photo), recognizer, detector)}
        except UnreadablePicture:
            found = {}
        right = [found[number] for number, label in written.items() if number in found and found[number].label == label]
        row["written"] += len(written)
        row["found"] += len(right)
        row["left_out"] += sum(bool(one.reason) for one in right)
        row["agree"] += sum(one.predicted == one.label for one in right)
        row["empty"] += len(layout.boxes()) - len(written) - len(crossed)
        row["empty_found"] += len(found.keys() - written.keys() - crossed)
        row["crossed"] += len(crossed)
        row["crossed_added"] += sum(number in found and not found[number].reason for number in crossed)
    return {"kind": kind, **row}


def filled(
    kind: str, digits: list[Digit], labels: np.ndarray, rng: np.random.Generator
) -> tuple[dict[int, int], set[int], bytes]:
    """Return {number of the box: label} of what is written, the boxes that are crossed out, and the photograph."""
    zoom = DOTS / printing.DOTS
    page = cv2.resize(printing.page(), None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    ink = np.zeros(page.shape, np.float32)
    wide, high = (round(side * DOTS) for side in layout.BOX)
    pen = rng.uniform(0.5, 1.0) * DOTS
    written, crossed = {}, set()
    for number, (label, left, top) in enumerate(layout.boxes(), start=1):
        fate = rng.uniform()
        if fate < EMPTY:
            continue
        area = ink[round(top * DOTS) :, round(left * DOTS) :][:high, :wide]
        if fate > EMPTY + CROSSED_OUT / 2:
            size = rng.uniform(0.45, 0.85)
            x, y = rng.uniform(0.05, 0.95 - size, 2) * (wide, high)
            digit = digits[rng.choice(np.flatnonzero(labels == label))]
            np.maximum(area, paint(digit, (wide, high), (x, y, size * wide, size * high), pen), out=area)
        if fate < EMPTY + CROSSED_OUT:
            np.maximum(area, paint(_cross(rng), (wide, high), (1, 1, wide - 2, high - 2), pen), out=area)
            crossed.add(number)
        else:
            written[number] = label
    colour = (125, 125, 130) if kind == "pencil" else tuple(rng.uniform(20, 90, 3))
    sheet = coloured(ink, np.repeat(page[..., np.newaxis] * np.float32(0.9), 3, axis=2), colour, rng)
    if kind == "curled":
        y, x = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
        sheet = cv2.remap(sheet, x, y + 1.7 * DOTS * np.sin(np.pi * x / page.shape[1]), cv2.INTER_LINEAR)
    if kind == "a square hidden":
        x, y = rng.permutation(list(layout.MARKERS.values()))[0] + layout.MARKER / 2
        cv2.circle(sheet, (int(x * DOTS), int(y * DOTS)), 10 * DOTS, (180, 140, 120), -1)
    return written, crossed, _photograph(kind, sheet, rng)


def _cross(rng: np.random.Generator) -> Digit:
    """Return two strokes from corner to corner, or nearly."""
    return [np.float32([[-1, -slope], [1, slope]]) * rng.uniform(0.8, 1, (2, 1)) for slope in (-1, 1)]


def _photograph(kind: str, sheet: np.ndarray, rng: np.random.Generator) -> bytes:
    width, height = SIZE
    ground = np.full((height, width, 3), rng.uniform(60, 180, 3), np.float32)
    reach = {"tilted": 220, "far": 400}.get(kind, 50)  # px
    inwards = 60 + (rng.uniform(0.7 * reach, reach, (4, 2)) if kind == "far" else rng.uniform(0, reach, (4, 2)))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) + inwards * [[1, 1], [-1, 1], [-1, -1],
                                                                                        [1, -1]]  # fmt: skip
    picture = uneven_light(lay(sheet, ground, np.float32(corners)), rng, 0.4)
    if kind == "shadow":
        picture = hand_shadow(picture, rng)
    if kind == "turned":
        picture = np.ascontiguousarray(np.rot90(picture, rng.integers(1, 4)))
    if kind == "blurred":
        picture = cv2.GaussianBlur(picture, (0, 0), 2)
    return photograph(picture, rng)


def line(row: dict) -> str:
    """Return a row of a table in Markdown."""
    return (
        f"| {row['kind']} | {row['written']} | {row['found']} | {row['left_out']} | {row['agree']} | "
        f"{row['empty_found']} of {row['empty']} | {row['crossed_added']} of {row['crossed']} |"
    )
