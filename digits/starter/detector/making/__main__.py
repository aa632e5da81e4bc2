"""Make the digit detector from MNIST: model.tflite and manifest.json. Print what card.md says about it."""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np

from digits.data.dataset import open_dataset
from digits.data.splits import split, take
from digits.errors import DigitsError
from digits.inference.detector import FOLDER, Detector
from digits.starter.detector.making.pictures import pictures_of
from digits.storage.files import atomic_write

INPUT = {"shape": [1, 28, 28, 1], "dtype": "float32", "range": [0, 255], "meaning": "0 = paper, 255 = ink"}
OUTPUT = {"shape": [1, 2], "dtype": "float32", "meaning": "probabilities of no digit and of a digit"}
SEED = 0
PROGRAM = "python -m digits.starter.detector.making"


def main(folder: Path) -> None:
    """Draw the pictures, train, write both files into `folder`, and measure. Raises DigitsError."""
    dataset, parts = open_dataset("mnist"), split("official", "mnist")
    print("Drawing the pictures takes some minutes.")
    pictures, is_digit = map(np.concatenate, zip(*pictures_of(*take(dataset, parts.train), SEED), strict=True))
    from digits.starter.detector.making.train import fit
    from digits.training.export import write_litert

    model = fit(pictures, is_digit, SEED)
    digest = atomic_write(folder / "model.tflite", lambda part: write_litert(model, part))
    manifest = json.dumps({"sha256": {"model.tflite": digest}, "input": INPUT, "output": OUTPUT}, indent=2) + "\n"
    atomic_write(folder / "manifest.json", lambda part: part.write_text(manifest, encoding="utf-8"))

    detector = Detector.load(folder / "model.tflite")
    print(f"\n{model.count_params():,} parameters; {is_digit.sum():,} digits and {(~is_digit).sum():,} other pictures")
    print(f"{1 - detector.accepts(take(dataset, parts.test)[0]).mean():.2%} of MNIST's test digits rejected")
    print(f"model.tflite: sha256 {digest}")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="the app's own by default")
    try:
        main(parser.parse_args().folder)
    except DigitsError as error:
        sys.exit(f"{PROGRAM}: {error}")
