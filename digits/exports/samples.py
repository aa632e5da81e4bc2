"""The digits that travel with an export: 200 with which anybody can repeat the comparison, ten to look at."""

import json
from pathlib import Path

import cv2
import numpy as np

from digits.data.dataset import is_prepared, open_dataset
from digits.data.sources import SOURCES
from digits.evaluation.test_sets import TestSet, test_sets
from digits.runs import models
from digits.runs.run import Run

COMPARED = 200


def test_digits(run: Run) -> tuple[np.ndarray, np.ndarray, str]:
    """Return digits that a run has not learned from: images (n, 28, 28) uint8, labels (n,) uint8, and their title.

    Where none is on this machine, the last ones of the sample, which serve to compare but not to score.
    Raises DataUnavailable, DamagedFile.
    """
    for chosen in test_sets(run.settings):
        if is_prepared(chosen.source):
            return *chosen.take(open_dataset(chosen.source)), chosen.title
    last = range(SOURCES["sample"].num_train - 1000, SOURCES["sample"].num_train)
    chosen = TestSet("tutorial", "sample", last)
    return *chosen.take(open_dataset("sample")), f"{SOURCES['sample'].title} (the run may have learned from them)"


def write(run: Run, folder: Path) -> str:
    """Write check.npz, digits.json and digits/N.png. Returns the title of the digits.

    check.npz: images (200, 28, 28) uint8, labels (200,) uint8 and the app's calibrated probabilities (200, 10)
    float32, evenly spread over the test digits. digits.json: one digit of each class, {file, label, probabilities}.
    """
    images, labels, title = test_digits(run)
    first = [int(np.flatnonzero(labels == digit)[0]) for digit in range(10)]
    spread = [place for place in np.linspace(0, len(images) - 1, COMPARED).astype(int) if place not in first]
    chosen = np.sort([*first, *spread[: COMPARED - len(first)]])
    images, labels = images[chosen], labels[chosen]
    probabilities = models.recognizer(run).probabilities(images)
    np.savez_compressed(folder / "check.npz", images=images, labels=labels, probabilities=probabilities)
    (folder / "digits").mkdir()
    rows = []
    for digit in range(10):
        place = int(np.flatnonzero(labels == digit)[0])
        file = f"digits/{digit}.png"
        (folder / file).write_bytes(cv2.imencode(".png", images[place])[1].tobytes())
        rows.append({"file": file, "label": digit, "probabilities": [round(float(p), 6) for p in probabilities[place]]})
    (folder / "digits.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return title
