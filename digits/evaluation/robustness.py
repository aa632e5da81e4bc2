"""How well a run reads the digits of a test set that are distorted more and more: curves, computed once by a worker."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.folder import folder
from digits.evaluation.report import wilson_interval
from digits.evaluation.test_sets import TestSet
from digits.inference.recognizer import Recognizer
from digits.runs.run import Run
from digits.storage.records import read_json, write_json
from digits.tasks.job import Job


def job(run: Run, chosen: TestSet) -> Job:
    """The curves of `run` on a test set, as a file and the command that makes it."""
    return Job(folder(run, chosen.name) / "robustness.json", ("robustness", run.id, "--test", chosen.name))


def measure(
    run: Run, chosen: TestSet, on_progress: Callable[[float, str], None] = lambda share, phase: None
) -> dict[str, Any]:
    """Read the whole test set under every distortion at every strength, one at a time; store the curves, return them.

    {run, test, title, n, curves}; curves by the distortion's name: {strengths, accuracy (0 to 1), interval (Wilson's
    95 %, two floats)}, lists of equal length. Raises DataUnavailable, DamagedFile.
    """
    with job(run, chosen).doing(on_progress) as tell:
        images, labels = chosen.take(open_dataset(chosen.source))
        nets = readers(run)
        cv2.setNumThreads(1)  # threads within a network as small as these cost more than they win
        plain = int(hits(nets, images, labels).sum())
        done, of = 0, sum(len(distortion.strengths) - 1 for distortion in DISTORTIONS.values())
        curves = {}
        for name, distortion in DISTORTIONS.items():
            right = []
            for strength in distortion.strengths:
                if strength == distortion.neutral:
                    right.append(plain)
                    continue
                tell(done / of, f"{distortion.title}: {strength:g} {distortion.unit}")
                right.append(int(hits(nets, distort(images, {name: strength}), labels).sum()))
                done += 1
            curves[name] = {
                "strengths": list(distortion.strengths),
                "accuracy": [count / len(labels) for count in right],
                "interval": [wilson_interval(count, len(labels)) for count in right],
            }
        named = {"run": run.id, "test": chosen.name, "title": chosen.title, "n": len(labels)}
        measured = named | {"curves": curves}
        write_json(job(run, chosen).result, measured)
    return measured


def stored(run: Run, chosen: TestSet) -> dict[str, Any]:
    """The curves of `run` on a test set as `measure` made them. Raises DamagedFile."""
    file = job(run, chosen).result
    measured = read_json(file)
    strengths = {name: list(distortion.strengths) for name, distortion in DISTORTIONS.items()}
    try:
        if {name: curve["strengths"] for name, curve in measured["curves"].items()} == strengths:
            return measured
    except (KeyError, TypeError, AttributeError):
        pass
    raise DamagedFile(f"The stored robustness of {run.id} is damaged or of an earlier version. Delete {file}.")


def readers(run: Run) -> list[Recognizer]:
    """The network of `run` once for every processor, at most four: one network answers one thread at a time."""
    file = run.model_file()
    return [Recognizer.load(file) for _ in range(min(4, os.cpu_count() or 1))]


def hits(nets: Sequence[Recognizer], images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Which digits are read right, (n,) bool, the networks sharing the work.

    images: (n, 28, 28) uint8; labels: (n,) integers.
    """
    with ThreadPoolExecutor(len(nets)) as threads:  # OpenCV works outside the interpreter's lock
        parts = threads.map(lambda net, part: net.probabilities(part), nets, np.array_split(images, len(nets)))
        return np.concatenate(list(parts)).argmax(axis=1) == labels
