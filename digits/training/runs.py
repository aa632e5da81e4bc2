"""Runs: each training is a folder with one writer, its worker; everybody may read.

The files are the only truth, so any tab, a second browser and the command line see the same runs, and a restarted
server finds them again. A worker locks its folder while it lives: a run that should be going on while nobody holds the
lock is lost, whatever killed its worker.
"""

import re
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from digits import worker
from digits.errors import DamagedFile, DigitsError, RunBusy, UnknownRun
from digits.files import read_json, read_json_lines, sha256, write_json
from digits.home import ROOT, runs_folder
from digits.training.config import TrainConfig, read_config

STARTER = ROOT / "digits" / "starter"
"""The bundled run: trained by this project's own command on the whole of MNIST."""
GRACE_SECONDS = 15  # a new worker has this long to take its lock before its run counts as lost


class RunState(StrEnum):
    """The life of a run: queued -> starting -> running -> done | stopped | failed | lost."""

    QUEUED = "queued"
    """Waits for the device, which another run is using."""
    STARTING = "starting"
    """The worker loads TensorFlow and the data."""
    RUNNING = "running"
    """Epochs are arriving."""
    DONE = "done"
    """Came to its last epoch; the model is there."""
    STOPPED = "stopped"
    """Ended early on request; the model so far is there."""
    FAILED = "failed"
    """Ended with a cause that the status names."""
    LOST = "lost"
    """The worker vanished without a word: killed, out of memory, or the power went."""

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the run any more."""
        return self not in (RunState.QUEUED, RunState.STARTING, RunState.RUNNING)


@dataclass(frozen=True)
class Run:
    """One training on disk. Reads afresh on every call, except for what never changes."""

    path: Path

    @property
    def id(self) -> str:
        """Its folder's name, fit for a link: `[a-z0-9-]{1,64}`."""
        return self.path.name

    @cached_property
    def config(self) -> TrainConfig:
        """What decides the run. Raises DamagedFile or BadConfig."""
        return read_config(read_json(self.path / "config.json"))

    @property
    def name(self) -> str:
        """What the user calls it; its id until then. Plain text, never part of a path."""
        try:
            return _plain(str(read_json(self.path / "name.json")["name"])) or self.id
        except (DamagedFile, KeyError):
            return self.id

    def rename(self, name: str) -> None:
        """Give it a name of at most 80 characters; an empty one brings the id back."""
        write_json(self.path / "name.json", {"name": _plain(name) or self.id})

    def status(self) -> dict[str, Any]:
        """What the worker last said, with the state set right if the worker is gone.

        At least {state, phase, error, updated}; later device, xla, progress, seconds, versions.
        """
        try:
            status = read_json(self.path / "status.json")
            state = RunState(status["state"])
        except (DamagedFile, KeyError, ValueError):
            return {"state": RunState.LOST, "phase": "", "error": "Its status file is missing or damaged."}
        age = time.time() - status.get("updated", 0)
        if not state.is_final and not self.is_held() and (age > GRACE_SECONDS or status.get("pid")):
            # Read once more: the worker may have ended well between the two looks.
            status = read_json(self.path / "status.json")
            state = RunState(status["state"])
            if not state.is_final:
                state = RunState.LOST
                status["error"] = "Its worker process ended without a word (killed, out of memory, or the power went)."
        return {"phase": "", "error": "", **status, "state": state}

    @property
    def state(self) -> RunState:
        """Where it is in its life."""
        return self.status()["state"]

    def epochs(self) -> list[dict[str, float]]:
        """A row per finished epoch: {epoch, seconds, loss, accuracy, val_loss, val_accuracy, learning_rate}."""
        return [line for line in read_json_lines(self.path / "metrics.jsonl") if "val_loss" in line]

    def ticks(self) -> list[dict[str, float]]:
        """A row per report within an epoch: {epoch, step, steps, loss, accuracy}."""
        return [line for line in read_json_lines(self.path / "metrics.jsonl") if "step" in line]

    def lock(self) -> FileLock:
        """The lock that its worker holds while it lives."""
        return FileLock(self.path / "run.lock")

    def is_held(self) -> bool:
        """Whether a live worker holds the run."""
        try:
            with self.lock().acquire(timeout=0):
                return False
        except Timeout:
            return True
        except OSError:  # a folder that cannot be written has no worker
            return False

    @property
    def has_model(self) -> bool:
        """Whether it ended with a model that can be used."""
        return (self.path / "manifest.json").is_file() and self.state in (RunState.DONE, RunState.STOPPED)

    def model_file(self, name: str = "model.tflite") -> Path:
        """A published model file, checked against the manifest. Raises DamagedFile."""
        file = self.path / name
        expected = read_json(self.path / "manifest.json").get("sha256", {})
        if sha256(file) != expected.get(name):
            raise DamagedFile(f"{name} of the run {self.id} is not the file its manifest describes. Train it again.")
        return file

    def ask_to_stop(self) -> None:
        """Let the worker end after the batches at hand, keeping the model so far."""
        (self.path / "stop").touch()

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether somebody asked it to stop."""
        return (self.path / "stop").exists()


def create(config: TrainConfig) -> Run:
    """Make the folder of a new run, queued. Raises DigitsError when it cannot be written."""
    base = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{config.architecture}"
    try:
        runs_folder().mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            path = runs_folder() / (base if number == 1 else f"{base}-{number}")
            try:
                path.mkdir()
                break
            except FileExistsError:  # another run began in the same second
                continue
    except OSError as error:
        raise DigitsError(f"Could not make a run in {runs_folder()}: {error.strerror}. Set DIGITS_HOME.") from error
    write_json(path / "config.json", config.as_dict())
    write_json(path / "status.json", {"state": RunState.QUEUED, "phase": "Waiting", "updated": time.time()})
    return Run(path)


def start(run: Run) -> None:
    """Train `run` in a worker process; it waits there, queued, while another run uses the device."""
    worker.start(["work", run.id], run.path / "worker.log")


def find(run_id: str) -> Run:
    """The run with this id; "starter" is the bundled one. Raises UnknownRun."""
    if run_id == "starter" and STARTER.is_dir():
        return Run(STARTER)
    if not _is_id(run_id) or not (runs_folder() / run_id / "config.json").is_file():
        raise UnknownRun(f"There is no run {run_id[:64]!r}. List them with: python -m digits runs")
    return Run(runs_folder() / run_id)


def all_runs() -> list[Run]:
    """Every run of this user, newest first; the bundled starter is not among them."""
    folders = runs_folder().iterdir() if runs_folder().is_dir() else ()
    return [
        Run(path) for path in sorted(folders, reverse=True) if _is_id(path.name) and (path / "config.json").is_file()
    ]


def delete(run: Run) -> None:
    """Remove a run for ever. Raises RunBusy while it is being trained, DigitsError when it cannot be removed."""
    if run.path == STARTER:
        raise DigitsError("The starter model comes with the app and cannot be deleted.")
    if not run.state.is_final:
        raise RunBusy(f"The run {run.id} is {run.state}; stop it first.")
    gone = run.path.with_name(f".deleted-{run.id}")
    try:
        run.path.rename(gone)  # in one step, so that nobody meets half a run
        shutil.rmtree(gone)
    except OSError as error:
        raise DigitsError(f"Could not delete the run {run.id}: {error.strerror}.") from error


def command(run: Run) -> str:
    """The command line that repeats the run."""
    options = []
    for name, value in run.config.as_dict().items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            options.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            options.append(f"--{flag} {value}")
    return "python -m digits train " + " ".join(options)


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[a-z0-9-]{1,64}", text) is not None


def _plain(name: str) -> str:
    """One line of at most 80 characters without what a terminal or a page obeys: controls, NUL, turned directions."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:80].rstrip()
