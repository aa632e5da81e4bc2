"""python -m digits.starter.detector.making [FOLDER]: train the digit detector on MNIST, into its folder or another."""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from digits.data.dataset import open_dataset
from digits.data.splits import split, take
from digits.errors import DigitsError
from digits.inference.detector import FOLDER, THRESHOLD, Detector
from digits.starter.detector.making.judge import wrong_acceptances
from digits.starter.detector.making.material import material, size
from digits.storage.files import publish
from digits.storage.records import write_json

OUTPUT = {"shape": [1, 2], "dtype": "float32", "meaning": "probabilities of no digit and of a digit"}
SEED = 0


def main(folder: Path) -> None:
    """Draw what it learns from, train, and publish model.tflite, manifest.json and card.md. Raises DigitsError."""
    from rich.progress import Progress

    dataset = open_dataset("mnist")
    images, labels = take(dataset, split("official", "mnist").train)
    parts = []
    with Progress() as progress:
        task = progress.add_task("Drawing", total=size(len(images)))
        for pictures, are_digits in material(images, labels, SEED):
            parts.append((pictures, are_digits))
            progress.advance(task, len(pictures))
    pictures, are_digits = (np.concatenate(column) for column in zip(*parts, strict=True))
    from digits.starter.detector.making.train import fit
    from digits.training.export import INPUT, write_litert

    model = fit(pictures, are_digits, SEED)
    digest = publish(folder / "model.tflite", lambda part: write_litert(model, part))
    write_json(folder / "manifest.json", {"sha256": {"model.tflite": digest}, "input": INPUT, "output": OUTPUT})
    text = card(folder, model.count_params(), int(are_digits.sum()), int((~are_digits).sum()), digest)
    publish(folder / "card.md", lambda part: part.write_text(text, encoding="utf-8"))
    print(text)


def card(folder: Path, num_parameters: int, num_digits: int, num_others: int, digest: str) -> str:
    """Describe the detector in `folder` and how often it errs, in Markdown."""
    detector = Detector.load(folder / "model.tflite", sha256=digest)
    test, _ = take(open_dataset("mnist"), split("official", "mnist").test)
    rows = "\n".join(
        f"| {row['kind']} | {'yes' if row['learned'] else 'no'} | {row['accepted']:.1%} |"
        for row in wrong_acceptances(detector)
    )
    return f"""# The digit detector

Says whether a drawing, brought to 28 x 28 as MNIST's digits are, looks like a digit at all. A convolutional network of
{num_parameters:,} parameters, independent of the network that reads the digit.

Made by

    python -m digits.starter.detector.making

from {num_digits:,} digits (MNIST's first 55,000 training digits, varied, and some that the program draws) and
{num_others:,} pictures that are none, all drawn by the program or made from MNIST's digits; seed {SEED}.
MNIST: Y. LeCun, C. Cortes, C. J. C. Burges; CC BY-SA 3.0.

What it holds for a digit with less than {THRESHOLD:.0%} is refused. Of MNIST's 10,000 test digits it refuses
{1 - detector.accepts(test).mean():.2%}; what it refuses of digits drawn with a pen, and how the limit was chosen:
docs/experiments.md. What is no digit and is taken for one all the same:

| kind | learned from others like it | taken for a digit |
| --- | --- | ---: |
{rows}

Letters that people write like a digit (O, I, l, Z, S, b, g, q, B and the like) are neither learned nor counted.

model.tflite: sha256 {digest}
"""


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(prog="python -m digits.starter.detector.making", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, metavar="FOLDER")
    try:
        main(parser.parse_args().folder)
    except DigitsError as error:
        sys.exit(f"python -m digits.starter.detector.making: {error}")
