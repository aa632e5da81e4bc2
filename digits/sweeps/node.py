"""What a node of a Ray cluster does: train one trial, in a separate home, and hand the run back as a zip.

Ray calls `train` in a worker process, which keeps its library loaded for the next trial.
"""

import os
import platform
import tempfile
import threading
from contextlib import suppress
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DigitsError
from digits.networks.backends import versions
from digits.tasks.work import cause_of

BOARD_SECONDS = 5.0  # within which the board must answer


class Board:
    """A small actor: what each trial has reached, and which ones are to end."""

    def __init__(self):
        self.accuracies: dict[str, list[float]] = {}
        self.poor: set[str] = set()

    def report(self, key: str, accuracies: list[float]) -> bool:
        """Note what a trial has reached. Return whether it is to end."""
        self.accuracies[key] = accuracies
        return key in self.poor

    def end(self, key: str) -> None:
        """Let a trial end at its next report."""
        self.poor.add(key)

    def read(self) -> dict[str, list[float]]:
        """Return what trials have reached, of those that reported since it was read the last time."""
        news, self.accuracies = self.accuracies, {}
        return news


def train(
    key: str,
    name: str,
    settings: dict[str, Any],
    images: np.ndarray,
    labels: np.ndarray,
    expected: dict[str, str],
    board: Any,
    pause: float,
) -> dict[str, Any]:
    """Train a trial. Return {state, cause, node} and, if it came to an accuracy, {zip}: what `runs export` writes.

    key: of the trial on the board. images, labels: of the whole source, from Ray's object store. expected: versions.
    pause: seconds between two reports to the board.
    """
    told = {"state": "failed", "cause": "", "node": platform.node()}
    try:
        if problem := other_versions(expected, settings["backend"]):
            return told | {"cause": problem}
        _use_home(settings["source"], images, labels)
        return told | _train(key, name, settings, board, pause)
    except Exception as error:  # whatever it is, the trial says it
        return told | {"cause": cause_of(error)}


def _train(key: str, name: str, settings: dict[str, Any], board: Any, pause: float) -> dict[str, Any]:
    from digits import pipeline, tasks
    from digits.networks.settings import read_settings
    from digits.runs import store, transfer
    from digits.runs.run import RunState

    for left in store.unfinished():  # by trials that were taken from this node
        if left.state == RunState.LOST:
            with suppress(DigitsError):
                store.delete(left.id)
    run = store.create(read_settings(settings), name=name, queued=False, part=pipeline.TRIAL)
    ended = threading.Event()
    reporter = threading.Thread(target=_report, args=(key, run, board, pause, ended), daemon=True)
    reporter.start()
    try:
        tasks.do_now("train", run.id, pipeline.TRIAL, pipeline.run, lane=tasks.TRAINING)
    finally:
        ended.set()
        reporter.join()
    run = store.get(run.id)
    try:
        return {"state": str(run.state), "cause": run.cause, "zip": transfer.pack(run)}
    finally:
        store.delete(run.id)


def _report(key: str, run: Any, board: Any, pause: float, ended: threading.Event) -> None:
    """Tell the board what the run has reached, again and again; end the run if it is to end."""
    import ray

    from digits.runs import store

    told: list[float] = []
    while not ended.wait(pause):
        with suppress(ray.exceptions.RayError, DigitsError):  # the next report may be better
            accuracies = [row["val_accuracy"] for row in store.epochs(run.id)]
            is_poor = ray.get(board.report.remote(key, accuracies), timeout=BOARD_SECONDS)
            if is_poor and accuracies != told:
                store.stop(run)
            told = accuracies


def other_versions(expected: dict[str, str], backend: str) -> str:
    """Return a sentence about what differs on this node; empty if nothing does."""
    try:
        here = versions(backend)
    except PackageNotFoundError as error:
        return f"The node {platform.node()} lacks the package {error.name}. Install the same on all nodes."
    others = [f"{name} {here[name]} instead of {wanted}" for name, wanted in expected.items() if here[name] != wanted]
    if not others:
        return ""
    return f"The node {platform.node()} has other versions: {', '.join(others)}. Install the same on all nodes."


def _use_home(source: str, images: np.ndarray, labels: np.ndarray) -> None:
    """Give this node a home, with the digits in it; its trials share it."""
    home = Path(tempfile.gettempdir(), f"digits-node-{os.getuid() if hasattr(os, 'getuid') else 0}")
    home.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and home.stat().st_uid != os.getuid():
        raise DigitsError("Another user owns the folder in which this node keeps its digits. Ask who runs the cluster.")
    os.environ |= {"DIGITS_HOME": str(home), "DIGITS_TRAININGS": "1000"}  # Ray counts the trainings
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):  # each trial has one processor
        os.environ.setdefault(name, os.environ.get("OMP_NUM_THREADS", "1"))
    from digits.storage.files import atomic_write
    from digits.storage.home import data_folder

    for name, array in (("images", images), ("labels", labels)):
        if not (file := data_folder(source) / f"{name}.npy").exists():
            atomic_write(file, lambda part, array=array: np.save(part, array))
