"""Judge a run once and store the verdict beside it; the pages only read it.

The answers come from the LiteRT file through OpenCV, the same way a drawing is read, so that what is judged is what
is used; it needs no TensorFlow.
"""

from typing import Any

import numpy as np

from digits import worker
from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.evaluation.calibration import expected_calibration_error, temperature
from digits.evaluation.folder import folder
from digits.evaluation.label_errors import corrected
from digits.evaluation.report import report
from digits.evaluation.test_sets import TestSet, test_set
from digits.files import publish, read_json, write_json
from digits.inference.recognizer import Recognizer, at_temperature
from digits.training.run import Run
from digits.training.runs import STARTER


def judge(run: Run, name: str) -> dict[str, Any]:
    """Judge `run` on the test set of that name, store the report and the probabilities, and return the report.

    The report is that of `digits.evaluation.report` with run, test (the set's name), source, title and calibration:
    {temperature, error_before, error_after}, the expected calibration error without and with the temperature. On the
    official test set also corrected: {n, accuracy, interval} with the known label errors put right.
    Raises BadConfig, DataUnavailable, DamagedFile.
    """
    chosen = test_set(name, run.config)
    images, labels = chosen.take(open_dataset(chosen.source))
    uncalibrated = Recognizer.load(run.model_file()).probabilities(images)
    heat = temperature(run)
    probabilities = at_temperature(uncalibrated, heat)  # as the Draw page shows them
    calibration = {
        "temperature": heat,
        "error_before": expected_calibration_error(labels, uncalibrated),
        "error_after": expected_calibration_error(labels, probabilities),
    }
    named = {"run": run.id, "test": chosen.name, "source": chosen.source, "title": chosen.title}
    verdict = named | report(labels, probabilities) | {"calibration": calibration}
    if name == "official":
        verdict["corrected"] = corrected(verdict, labels)
    publish(folder(run, chosen.name) / "probabilities.npy", lambda part: np.save(part, probabilities))
    if run.path != STARTER:  # which comes with its verdict
        write_json(folder(run, chosen.name) / "report.json", verdict)
    return verdict


def stored(run: Run, chosen: TestSet) -> dict[str, Any] | None:
    """The report of `run` on that test set; None if it has not been judged on it. Raises DamagedFile."""
    file = run.path / "evaluation" / chosen.name / "report.json"
    if not file.exists():
        return None
    verdict = read_json(file)
    if verdict.get("n") != len(chosen.indices) or not {"confusion", "misread", "per_digit", "calibration"} <= set(
        verdict
    ):
        raise DamagedFile(f"The stored evaluation of {run.id} on {chosen.title} is damaged. Evaluate it again.")
    return verdict


def start(run: Run, name: str) -> None:
    """Judge `run` in a worker process."""
    worker.start(["evaluate", run.id, "--test", name], run.path / "worker.log")
