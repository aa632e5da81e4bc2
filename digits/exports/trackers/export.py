"""Write a finished run into a tracker's own store: python -m digits runs export RUN --to TRACKER FOLDER."""

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from digits.errors import DigitsError
from digits.exports.trackers.described import METRICS, described
from digits.runs.run import Run
from digits.storage.files import cannot_write, new_folder, temporary_folder
from digits.training import processes

MLFLOW_PROGRAM = Path(__file__).with_name("to_mlflow.py")
NO_MLFLOW = (
    "MLflow is missing. Install it in a separate environment, because it needs an older pyarrow than Digits: "
    "python -m venv mlflow && mlflow/bin/pip install mlflow. Then add --python mlflow/bin/python."
)
HELD = "The folder already holds this run. Choose another folder, or delete the run there first."


def export(run: Run, tracker: str, folder: Path, python: str = sys.executable) -> None:
    """Write a run into `folder`, which is made if needed and may hold other runs.

    tracker: one of `TRACKERS`. python: an interpreter that has MLflow, where that is the tracker. Raises DigitsError.
    """
    about = described(run)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TRACKERS[tracker](about, folder.absolute(), python)
    except OSError as error:
        raise cannot_write(folder, error) from error


def to_csv(about: dict[str, Any], folder: Path, python: str) -> None:
    """Write RUN/metrics.csv, a row for each epoch, and RUN/run.csv, settings and accuracies by their names."""
    with _new_folder(folder / about["run"]) as part:
        with (part / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, ["epoch", *METRICS])
            table.writeheader()
            table.writerows(about["epochs"])
        scores = {f"test_accuracy_{test}": accuracy for test, accuracy in about["accuracies"].items()}
        with (part / "run.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("name", "value"), *(about["settings"] | scores).items()])


def to_tensorboard(about: dict[str, Any], folder: Path, python: str) -> None:
    """Write event files to RUN/train and RUN/validation, as Keras' own callback does, by TensorFlow's writer."""
    with _new_folder(folder / about["run"]) as part:
        try:
            with _as_file(about) as file:
                processes.call("digits.exports.trackers.to_tensorboard", file, part)
        except processes.Crashed as error:
            raise DigitsError("TensorFlow could not write the event files.", str(error)) from error


def to_mlflow(about: dict[str, Any], folder: Path, python: str) -> None:
    """Log the run to mlflow.db, an SQLite store, and its model to artifacts/, by MLflow's own client."""
    if not shutil.which(python):
        raise DigitsError("There is no such interpreter. Name one in whose environment MLflow is.", python)
    with _as_file(about) as file:
        code, out, err = processes.run_command([python, "-I", MLFLOW_PROGRAM, file, folder])
    if (said := processes.last_line(out)) != "done" or code:
        problem = {"missing": NO_MLFLOW, "held": HELD}.get(said, "MLflow could not store the run.")
        raise DigitsError(problem, processes.last_line(err) if code else "")


TRACKERS: dict[str, Callable[[dict[str, Any], Path, str], None]] = {
    "tensorboard": to_tensorboard,
    "mlflow": to_mlflow,
    "csv": to_csv,
}


@contextmanager
def _as_file(about: dict[str, Any]) -> Iterator[Path]:
    """Yield a run as a JSON file: it may be longer than a command line."""
    with temporary_folder() as temporary:
        file = temporary / "run.json"
        file.write_text(json.dumps(about), encoding="utf-8")
        yield file


def _new_folder(folder: Path) -> AbstractContextManager[Path]:
    """Return `new_folder`. Raises DigitsError where it is there already."""
    if folder.exists():
        raise DigitsError(HELD, f"It is {folder}.")
    return new_folder(folder)
