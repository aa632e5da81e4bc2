"""Judge a run once and store the verdict beside it; the pages only read it.

The answers come from the LiteRT file through OpenCV, the same way a drawing is read, so that what is judged is what
is used; it needs no TensorFlow.
"""

from contextlib import suppress
from typing import Any

import numpy as np

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.evaluation.calibration import expected_calibration_error, temperature
from digits.evaluation.folder import folder
from digits.evaluation.label_errors import corrected
from digits.evaluation.report import report
from digits.evaluation.test_sets import TestSet, test_set, test_sets
from digits.inference.recognizer import Recognizer, at_temperature
from digits.runs.run import Run
from digits.runs.runs import STARTER
from digits.storage.records import read_array, read_json, write_array, write_json
from digits.tasks.job import Job


def judge(run: Run, name: str) -> dict[str, Any]:
    """Judge `run` on the test set of that name, store the report and the probabilities, and return the report.

    The report is that of `digits.evaluation.report` with run, test (the set's name), source, title and calibration:
    {temperature, error_before, error_after}, the expected calibration error without and with the temperature. On the
    official test set also corrected: {n, accuracy, interval} with the known label errors put right.
    Raises BadConfig, DataUnavailable, DamagedFile.
    """
    chosen = test_set(name, run.config)
    images, labels = chosen.take(open_dataset(chosen.source))
    place = folder(run, name)
    with job(run, name).doing() as tell:
        tell(0.0, f"Reading {len(images):,} digits")
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
        write_array(place / "probabilities.npy", probabilities)
        if run.path != STARTER:  # which is a part of the program and comes with its verdict
            write_json(place / "report.json", verdict)
    return verdict


def stored(run: Run, chosen: TestSet) -> dict[str, Any] | None:
    """The report of `run` on that test set; None if it has not been judged on it. Raises DamagedFile."""
    file = run.path / "evaluation" / chosen.name / "report.json"
    if not file.exists():
        return None
    with suppress(DamagedFile):
        verdict = read_json(file)
        whole = {"confusion", "misread", "per_digit", "calibration"} <= set(verdict)
        if whole and verdict.get("n") == len(chosen.indices):
            return verdict
    again = f"python -m digits evaluate {run.id} --test {chosen.name}"
    raise DamagedFile(f"The stored evaluation of {run.id} on {chosen.title} is damaged. Run: {again}")


def calibration_error(run: Run) -> tuple[float, str] | None:
    """How far confidence and accuracy of `run` are apart, 0 to 1, and the title of the test set that showed it.

    From the first of its reports that is there; None if there is none.
    """
    for chosen in test_sets(run.config):
        try:
            if verdict := stored(run, chosen):
                return float(verdict["calibration"]["error_after"]), chosen.title
        except (DamagedFile, KeyError, TypeError, ValueError):
            continue
    return None


def probabilities(run: Run, chosen: TestSet) -> np.ndarray | None:
    """The ten probabilities of each digit of a test set by a judged run, (n, 10) float32, memory-mapped.

    Calibrated, as the report and the Draw page have them. None for the starter, which comes with its verdict alone,
    until they are computed. Raises DamagedFile.
    """
    file = folder(run, chosen.name) / "probabilities.npy"
    if run.path == STARTER and not file.exists():
        return None
    again = f"python -m digits evaluate {run.id} --test {chosen.name}"
    damaged = f"The stored answers of {run.id} are missing or damaged. Run: {again}"
    try:
        answers = read_array(file)
    except DamagedFile as error:
        raise DamagedFile(damaged) from error
    if answers.shape != (len(chosen.indices), 10):
        raise DamagedFile(damaged)
    return answers


def job(run: Run, name: str) -> Job:
    """The judging of `run` on the test set of that name, as its last file and the command that makes it."""
    last = "probabilities.npy" if run.path == STARTER else "report.json"
    return Job(folder(run, name) / last, ("evaluate", run.id, "--test", name))
