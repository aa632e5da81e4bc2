"""The digits that travel with an export: 200 with which anybody can repeat the comparison, ten to look at."""

import json
from pathlib import Path

import cv2
import numpy as np

from digits.data.dataset import open_dataset
from digits.evaluation.test_sets import TestSet
from digits.runs import models
from digits.runs.run import Run

COMPARED = 200


def write(run: Run, chosen: TestSet, folder: Path) -> None:
    """Write check.npz, digits.json and digits/N.png.

    check.npz: images (200, 28, 28) uint8, labels (200,) uint8 and the app's calibrated probabilities (200, 10)
    float32, evenly spread over the test digits. digits.json: one digit of each class, {file, label, probabilities}.
    """
    images, labels = chosen.take(open_dataset(chosen.source))
    first = [int(np.flatnonzero(labels == digit)[0]) for digit in range(10)]
    spread = [place for place in np.linspace(0, len(images) - 1, COMPARED).astype(int) if place not in first]
    places = np.sort([*first, *spread[: COMPARED - len(first)]])
    images, labels = images[places], labels[places]
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
