"""Evaluate a run once on a named test set and keep the report; the pages only read it.

The predictions come from the LiteRT file through OpenCV, like those of a drawing: what is evaluated is what is used. It
needs no TensorFlow.
"""

from typing import Any

import numpy as np

from digits.data.dataset import open_dataset
from digits.evaluation import store
from digits.evaluation.calibration import calibrate, expected_calibration_error
from digits.evaluation.label_errors import corrected
from digits.evaluation.report import report
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import TestSet, test_set, test_sets
from digits.inference.recognizer import Recognizer, at_temperature
from digits.progress import Progress, to_nobody
from digits.runs import starter
from digits.runs.run import Run

KIND = "evaluate"
CHUNK = 2_000  # digits between two reports of progress


def evaluate(run: Run, name: str, on_progress: Progress = to_nobody) -> dict[str, Any]:
    """Evaluate `run` on the test set of that name, keep the report and the probabilities, and return the report.

    The report is that of `digits.evaluation.report` with run, test (the set's name), source, title and calibration:
    {temperature, error_before, error_after}, the expected calibration error without and with the temperature. On the
    official test set also corrected: {n, accuracy, interval} with the known label errors corrected.
    Raises BadConfig, DataUnavailable, DamagedFile.
    """
    subject, chosen = Subject.of(run), test_set(name, run.settings)
    images, labels = chosen.take(open_dataset(chosen.source))
    recognizer = Recognizer.load(run.model.file("model.tflite"))
    parts = []
    for start in range(0, len(images), CHUNK):
        on_progress(start / len(images), f"Predicting {len(images):,} digits")
        parts.append(recognizer.probabilities(images[start : start + CHUNK]))
    uncalibrated = np.concatenate(parts)
    temperature = run.model.temperature
    if temperature is None:  # somebody was quicker than the pipeline of the run, or that was ended before it came to it
        temperature = calibrate(run)
    probabilities = at_temperature(uncalibrated, temperature)  # like those that the Draw page shows
    calibration = {
        "temperature": temperature,
        "error_before": expected_calibration_error(labels, uncalibrated),
        "error_after": expected_calibration_error(labels, probabilities),
    }
    named = {"run": run.id, "test": chosen.name, "source": chosen.source, "title": chosen.title}
    found = named | report(labels, probabilities) | {"calibration": calibration}
    if name == "official":
        found["corrected"] = corrected(found, labels)
    store.put(subject, KIND, name, found, lambda part: np.save(part, probabilities))
    return found


def stored(run: Run, chosen: TestSet) -> dict[str, Any] | None:
    """Return the report of the present model of `run` on that test set; None if it is still to be evaluated."""
    if run.model is None:
        return None
    result = store.get(Subject.of(run), KIND, chosen.name)
    if result:
        return result.value
    return starter.evaluation(chosen.name) if run.is_starter else None


def reports(run: Run) -> list[dict[str, Any]]:
    """Return the stored reports of a run. The first is the one on the test set of its split."""
    return [report for chosen in test_sets(run.settings) if (report := stored(run, chosen))]


def probabilities(run: Run, chosen: TestSet) -> np.ndarray | None:
    """Return the ten probabilities of each digit of a test set, (n, 10) float32, memory-mapped, calibrated.

    None until they are computed: the starter comes with its report alone.
    """
    result = store.get(Subject.of(run), KIND, chosen.name)
    found = result and result.array()
    return found if found is not None and found.shape == (len(chosen.indices), 10) else None


def calibration_error(run: Run) -> tuple[float, str] | None:
    """Return how far confidence and accuracy of `run` are apart, 0 to 1, and the title of the test set that showed it.

    From the first of its reports that is there; None if there is none.
    """
    found = reports(run)
    return (float(found[0]["calibration"]["error_after"]), found[0]["title"]) if found else None
