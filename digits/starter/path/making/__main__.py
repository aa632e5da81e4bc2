"""Make the path network from digits drawn with a pen: model.npz and manifest.json.

First every digit is predicted by a network that has not learned from its writer: this gives the temperature and the
accuracy that card.md tells. Then one network learns from all digits.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np

from digits.errors import DigitsError
from digits.inference.path_network import CHANNELS, FOLDER, NUM_POINTS, follow
from digits.starter.path.making.pens import read_pen_digits
from digits.storage.files import atomic_write

SEED = 0
PROGRAM = "python -m digits.starter.path.making"
INPUT = {"shape": [NUM_POINTS, CHANNELS], "meaning": "x, y, cosine and sine of the direction, pen up"}
OUTPUT = {"shape": [10], "meaning": "probabilities of the ten digits"}


def main(file: Path, folder: Path) -> None:
    """Cross-validate, train, and write both files into `folder`. Raises DigitsError."""
    pens = read_pen_digits(file)
    from digits.starter.path.making.train import best_temperature, cross_validate, fit

    paths = np.stack([follow(digit) for digit in pens.digits])
    held_out = np.empty((len(paths), 10), np.float32)
    for number, (place, network) in enumerate(cross_validate(pens, SEED), start=1):
        held_out[place] = network.probabilities(paths[place])
        print(f"fold {number}: {(held_out[place].argmax(axis=1) == pens.labels[place]).mean():.2%} correct", flush=True)
    temperature = best_temperature(pens.labels, held_out)
    arrays = fit(pens.digits, pens.labels, SEED) | {"temperature": np.float32(temperature)}

    digest = atomic_write(folder / "model.npz", lambda part: np.savez(part, **arrays))
    manifest = {"sha256": {"model.npz": digest}, "input": INPUT, "output": OUTPUT}
    text = json.dumps(manifest, indent=2) + "\n"
    atomic_write(folder / "manifest.json", lambda part: part.write_text(text, encoding="utf-8"))
    accuracy = (held_out.argmax(axis=1) == pens.labels).mean()
    print(f"\n{sum(array.size for array in arrays.values()) - 1:,} parameters; {len(paths):,} digits")
    print(f"{accuracy:.2%} of them correct, predicted by a network that has not learned from their writers")
    print(f"temperature {temperature:.2f}\nmodel.npz: sha256 {digest}")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("--file", type=Path, default=os.environ.get("DIGITS_PENS"), help="pen digits as strokes")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="the app's own by default")
    options = parser.parse_args()
    try:
        if options.file is None:
            raise DigitsError("No file of pen digits is named. Give one with --file or the variable DIGITS_PENS.")
        main(options.file, options.folder)
    except DigitsError as error:
        sys.exit(f"{PROGRAM}: {error}")
