"""Make the digit detector from MNIST: model.tflite, manifest.json and card.md."""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np

from digits.data.dataset import open_dataset
from digits.data.splits import split, take
from digits.errors import DigitsError
from digits.inference.detector import FOLDER, THRESHOLD, Detector
from digits.starter.detector.making.false_acceptances import by_kind
from digits.starter.detector.making.pictures import num_pictures, pictures_of
from digits.storage.files import atomic_write

OUTPUT = {"shape": [1, 2], "dtype": "float32", "meaning": "probabilities of no digit and of a digit"}
SEED = 0
PROGRAM = "python -m digits.starter.detector.making"


def main(folder: Path) -> None:
    """Draw the pictures, train, and write the three files into `folder`. Raises DigitsError."""
    pictures, is_digit = _draw()
    from digits.starter.detector.making.train import fit
    from digits.training.export import INPUT, write_litert

    model = fit(pictures, is_digit, SEED)
    digest = atomic_write(folder / "model.tflite", lambda part: write_litert(model, part))
    manifest = {"sha256": {"model.tflite": digest}, "input": INPUT, "output": OUTPUT}
    _write(folder / "manifest.json", json.dumps(manifest, indent=2) + "\n")
    text = card(folder, model.count_params(), int(is_digit.sum()), int((~is_digit).sum()), digest)
    _write(folder / "card.md", text)
    print(text)


def card(folder: Path, num_parameters: int, num_digits: int, num_non_digits: int, digest: str) -> str:
    """Return what the detector in `folder` is and how often it errs, in Markdown."""
    detector = Detector.load(folder / "model.tflite")
    test_images, _ = take(open_dataset("mnist"), split("official", "mnist").test)
    refused = 1 - detector.accepts(test_images).mean()
    rows = "\n".join(
        f"| {row['kind']} | {'yes' if row['learned'] else 'no'} | {row['accepted']:.1%} |" for row in by_kind(detector)
    )
    return f"""# The digit detector

Tells whether a drawing, brought to 28 x 28 as MNIST's digits are, looks like a digit at all. A convolutional network of
{num_parameters:,} parameters, independent of the network that predicts the digit.

Made by

    {PROGRAM}

from {num_digits:,} digits (MNIST's first 55,000 training digits, varied, and some that the program draws) and
{num_non_digits:,} other pictures, all drawn by the program or made from MNIST's digits; seed {SEED}.
MNIST: Y. LeCun, C. Cortes, C. J. C. Burges; CC BY-SA 3.0.

It refuses what is less than {THRESHOLD:.0%} likely to be a digit: {refused:.2%} of MNIST's 10,000 test digits. How many
digits drawn with a pen it refuses, and how the threshold was chosen: docs/experiments.md. Other drawings it accepts:

| kind | learned from others like it | accepted |
| --- | --- | ---: |
{rows}

Letters that people write like a digit (O, I, l, Z, S, b, g, q, B and the like) are neither learned nor counted.

model.tflite: sha256 {digest}
"""


def _draw() -> tuple[np.ndarray, np.ndarray]:
    """Return all pictures (m, 28, 28) uint8 and whether each is a digit, (m,) bool."""
    from rich.progress import Progress

    images, labels = take(open_dataset("mnist"), split("official", "mnist").train)
    parts = []
    with Progress() as progress:
        task = progress.add_task("Drawing", total=num_pictures(len(images)))
        for part in pictures_of(images, labels, SEED):
            parts.append(part)
            progress.advance(task, len(part[0]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _write(file: Path, text: str) -> None:
    atomic_write(file, lambda part: part.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="the app's own by default")
    try:
        main(parser.parse_args().folder)
    except DigitsError as error:
        sys.exit(f"{PROGRAM}: {error}")
