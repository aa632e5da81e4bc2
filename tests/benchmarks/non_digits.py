"""Measure how often the digit detector accepts other drawings, by kind. The kinds it never learned from count most."""

import argparse
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from string import ascii_letters

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digits.inference.detector import THRESHOLD, Detector
from digits.inference.path_network import PathNetwork, follow, likelihood_with_path
from digits.inference.preprocessing import to_mnist
from digits.runs import models, starter
from digits.starter.detector.making.non_digits import HELD_OUT_KINDS, KINDS, TWINS, paint, strokes

EACH = 400  # drawings of a kind
FONTS = ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSerif-Italic", "DejaVuSansMono", "STIXGeneral",
         "STIXGeneralItalic", "cmr10", "cmss10", "cmti10", "cmtt10")  # fmt: skip
FONT_SIZE = 180  # px
PRINTED = {"printed letter": sorted({*ascii_letters} - {*TWINS}), "printed sign": "!?#$%&*+<@^~{}[]="}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, help="of a detector; the bundled one by default")


def run(options: argparse.Namespace) -> None:
    detector = Detector.load(options.folder / "model.tflite") if options.folder else Detector.bundled()
    print("| kind | learned from others like it | accepted | with their path |\n| --- | --- | ---: | ---: |")
    for row in by_kind(detector):
        with_path = "" if row["with_path"] is None else f"{row['with_path']:.1%}"
        print(f"| {row['kind']} | {'yes' if row['learned'] else 'no'} | {row['accepted']:.1%} | {with_path} |")


def by_kind(detector: Detector) -> Iterator[dict]:
    """Yield a dict for each kind of drawing: {kind, learned, n, accepted, with_path}.

    learned: whether the detector learned from other drawings of that kind; accepted: a fraction of the n drawings;
    with_path: likewise on the canvas, where the starter and the path network look at them, too; None where printed.
    """
    recognizer, path_network = models.recognizer(starter.run()), PathNetwork.bundled()
    for kind in [*KINDS, *HELD_OUT_KINDS, *PRINTED]:
        rng = np.random.default_rng(list(kind.encode()))
        if kind in PRINTED:
            inks, paths = [print_(character, font) for font in FONTS for character in PRINTED[kind]], None
        else:
            drawings = [(lines := strokes(kind, rng), paint(kind, lines, rng)) for _ in range(EACH)]
            inks, paths = [ink for _, ink in drawings], np.stack([follow(lines) for lines, _ in drawings])
        pictures = np.stack([to_mnist(ink) for ink in inks])
        likelihood, with_path = detector.likelihood(pictures), None
        if paths is not None:
            found = recognizer.probabilities(pictures), path_network.probabilities(paths)
            with_path = float((likelihood_with_path(likelihood, *found) >= THRESHOLD).mean())
        row = {"kind": kind, "learned": kind in KINDS, "n": len(inks)}
        yield row | {"accepted": float((likelihood >= THRESHOLD).mean()), "with_path": with_path}


def print_(character: str, font: str) -> np.ndarray:
    """Print a character in a font that Matplotlib ships: (2 * FONT_SIZE, 2 * FONT_SIZE) uint8, 255 = ink."""
    paper = Image.new("L", (2 * FONT_SIZE, 2 * FONT_SIZE))
    file = _FONT_FOLDER / f"{font}.ttf"
    ImageDraw.Draw(paper).text((FONT_SIZE // 2, FONT_SIZE // 3), character, 255, ImageFont.truetype(file, FONT_SIZE))
    return np.array(paper)


# Found, not imported: Matplotlib takes a second to load, and nothing is plotted.
_FONT_FOLDER = Path(importlib.util.find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
