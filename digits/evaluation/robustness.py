"""Measure accuracy on distorted test digits: a curve for each distortion, computed once by a worker."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np

from digits.data.dataset import open_dataset
from digits.evaluation import store
from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.report import wilson_interval
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import TestSet, test_set
from digits.inference.recognizer import Recognizer
from digits.progress import Progress, to_nobody
from digits.runs.run import Run

KIND = "robustness"
FEW = 0.05  # of the accuracy: what may be lost to a distortion that a network copes with


def measure(run: Run, name: str, on_progress: Progress = to_nobody) -> dict[str, Any]:
    """Predict the test set under every distortion at every strength, one at a time; keep and return the curves.

    Returns {run, test, title, n, curves}; curves by the distortion's name: {strengths, accuracy (0 to 1), interval
    (Wilson's 95%, two floats)}, lists of equal length. Raises BadConfig, DataUnavailable, DamagedFile.
    """
    subject, chosen = Subject.of(run), test_set(name, run.settings)
    images, labels = chosen.take(open_dataset(chosen.source))
    recognizers = load(run)
    cv2.setNumThreads(1)  # threads within such a small network cost more than they save
    undistorted = int(are_correct(recognizers, images, labels).sum())
    done, total = 0, sum(len(distortion.strengths) - 1 for distortion in DISTORTIONS.values())
    curves = {}
    for name, distortion in DISTORTIONS.items():
        num_correct = []
        for strength in distortion.strengths:
            if strength == distortion.neutral:
                num_correct.append(undistorted)
                continue
            on_progress(done / total, f"{distortion.title}: {strength:g} {distortion.unit}")
            num_correct.append(int(are_correct(recognizers, distort(images, {name: strength}), labels).sum()))
            done += 1
        curves[name] = {
            "strengths": list(distortion.strengths),
            "accuracy": [count / len(labels) for count in num_correct],
            "interval": [wilson_interval(count, len(labels)) for count in num_correct],
        }
    measured = {"run": run.id, "test": chosen.name, "title": chosen.title, "n": len(labels), "curves": curves}
    store.put(subject, KIND, chosen.name, measured)
    return measured


def stored(run: Run, chosen: TestSet) -> dict[str, Any] | None:
    """Return the curves of the present model of `run` on a test set; None if they are still to be measured."""
    result = store.get(Subject.of(run), KIND, chosen.name)
    strengths = {name: list(distortion.strengths) for name, distortion in DISTORTIONS.items()}
    # An earlier version may have measured other strengths.
    if result and {name: curve["strengths"] for name, curve in result.value["curves"].items()} == strengths:
        return result.value
    return None


def tolerated(strengths: Sequence[float], accuracy: Sequence[float], neutral: float) -> tuple[float, float]:
    """Return the range of strengths, the neutral one within it, in which accuracy falls by at most FEW.

    accuracy: 0 to 1, at each of the strengths, which ascend. The range ends at strengths that were measured.
    """
    low = high = list(strengths).index(neutral)
    least = accuracy[low] - FEW
    while low > 0 and accuracy[low - 1] >= least:
        low -= 1
    while high + 1 < len(strengths) and accuracy[high + 1] >= least:
        high += 1
    return strengths[low], strengths[high]


def load(run: Run) -> list[Recognizer]:
    """Return the network of `run` once for every processor, at most four: each serves one thread at a time."""
    file = run.model.file("model.tflite")
    return [Recognizer.load(file) for _ in range(min(4, os.cpu_count() or 1))]


def are_correct(recognizers: Sequence[Recognizer], images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return which digits are predicted correctly, (n,) bool; the networks share the work.

    images: (n, 28, 28) uint8; labels: (n,) integers.
    """
    with ThreadPoolExecutor(len(recognizers)) as threads:  # OpenCV works outside the interpreter's lock
        parts = threads.map(Recognizer.probabilities, recognizers, np.array_split(images, len(recognizers)))
        return np.concatenate(list(parts)).argmax(axis=1) == labels
