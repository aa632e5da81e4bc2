"""One run: a training on disk, in a folder with one writer, its worker; everybody may read.

A worker locks its folder while it lives: a run that should be going on while nobody holds the lock is lost, whatever
killed its worker.
"""

import shutil
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from digits.errors import DamagedFile, DigitsError
from digits.networks.settings import TrainConfig, read_config
from digits.storage.files import sha256
from digits.storage.records import damaged_lines, is_whole, read_json, read_json_lines, write_json

GRACE_SECONDS = 10  # a new worker has this long to take its lock before its run counts as lost
SILENT_SECONDS = 6  # a live worker renews its status every second
MAX_EPOCHS = 1000
FULL_BYTES = 100_000  # free on a disk on which no checkpoint could be written
MAX_TAGS = 8


class RunState(StrEnum):
    """The life of a run: queued -> starting -> running -> done | stopped | paused | failed | lost.

    All but a finished one go on from their last checkpoint, by way of the queue; a finished one may get more epochs.
    """

    QUEUED = "queued"
    """Waits for its turn on the device."""
    STARTING = "starting"
    """The worker loads TensorFlow and the data."""
    RUNNING = "running"
    """Epochs are arriving."""
    DONE = "done"
    """Came to its last epoch; the model is there."""
    STOPPED = "stopped"
    """Ended early on request; the model so far is there."""
    PAUSED = "paused"
    """Left the device on request, after a checkpoint; its model is made when it has gone on to an end."""
    FAILED = "failed"
    """Ended with a cause that the status names."""
    LOST = "lost"
    """The worker vanished without a word: killed, out of memory, or the power went."""

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the run unless somebody lets it go on."""
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
    def has_config(self) -> bool:
        """Whether its settings can be read; without them it can be listed and deleted, no more."""
        try:
            return bool(self.config)
        except DigitsError:
            return False

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

    @property
    def notes(self) -> str:
        """What the user wrote about it: one line of plain text, empty until then."""
        return self._notes()[0]

    @property
    def tags(self) -> list[str]:
        """Words that the user found it by: plain text."""
        return self._notes()[1]

    def annotate(self, notes: str, tags: list[str]) -> None:
        """Keep notes of at most 500 characters and at most MAX_TAGS tags of at most 30."""
        kept = dict.fromkeys(tag for text in tags if (tag := _plain(text, 30)))  # each once, in their order
        write_json(self.path / "notes.json", {"notes": _plain(notes, 500), "tags": list(kept)[:MAX_TAGS]})

    def _notes(self) -> tuple[str, list[str]]:
        try:
            saved = read_json(self.path / "notes.json")
            return _plain(str(saved["notes"]), 500), [_plain(str(tag), 30) for tag in saved["tags"]][:MAX_TAGS]
        except (DamagedFile, KeyError, TypeError):
            return "", []

    def status(self) -> dict[str, Any]:
        """What the worker last said, with the state set right if the worker is gone.

        At least {state, phase, error, updated, responding}; later device, xla, progress, seconds, versions, and a note
        on where it went on. Not responding is a worker that lives but has not written for SILENT_SECONDS.
        """
        try:
            status = self._read_status()
            age = time.time() - status["updated"]
            if status["state"].is_final:
                held = False
            elif not (held := self.is_held()) and self._needs_worker(status, age):
                # Read once more: the worker may have ended well between the two looks.
                status = self._read_status()
                if self._needs_worker(status, age):
                    status["state"] = RunState.LOST
                    status["error"] = self._why_lost()
        except (DamagedFile, KeyError, ValueError, TypeError):
            error = "Its status file is missing or damaged."
            return {"state": RunState.LOST, "phase": "", "error": error, "updated": 0.0, "responding": True}
        return status | {"responding": not held or age < SILENT_SECONDS}

    def _read_status(self) -> dict[str, Any]:
        status = {"phase": "", "error": "", "updated": 0.0, **read_json(self.path / "status.json")}
        return status | {"state": RunState(status["state"]), "updated": float(status["updated"])}

    def _why_lost(self) -> str:
        """A worker that was killed could not say why, and one on a full disk had nowhere to."""
        if shutil.disk_usage(self.path).free < FULL_BYTES:
            return "Its worker ended without a word: the disk is full. Make room and let it go on."
        return "Its worker ended without a word (killed, out of memory, or the power went)."

    def _needs_worker(self, status: dict[str, Any], age: float) -> bool:
        """Whether a run that nobody holds should have had a worker by now: a queued one is only a folder."""
        training = status["state"] in (RunState.STARTING, RunState.RUNNING)
        return training and (age > GRACE_SECONDS or "pid" in status)

    @property
    def state(self) -> RunState:
        """Where it is in its life."""
        return self.status()["state"]

    @property
    def num_epochs(self) -> int:
        """How many epochs it is to have: the config's, unless somebody let it go on to more."""
        try:
            return max(self.config.epochs, int(read_json(self.path / "epochs.json")["epochs"]))
        except (DamagedFile, KeyError, ValueError, TypeError):
            return self.config.epochs

    def epochs(self) -> list[dict[str, float]]:
        """A row per finished epoch: {epoch, seconds, loss, accuracy, val_loss, val_accuracy, learning_rate}."""
        return [line for line in read_json_lines(self.path / "metrics.jsonl") if "val_loss" in line]

    @property
    def trained_with(self) -> TrainConfig:
        """What decided its network alone: the run's config, in a race that of the racer whose network it is."""
        leaders = [row["leader"] for row in self.epochs() if "leader" in row]
        return self.config.racer(leaders[-1]) if leaders else self.config

    def ticks(self) -> list[dict[str, float]]:
        """A row per report within an epoch: {epoch, step, steps, loss, accuracy}."""
        return [line for line in read_json_lines(self.path / "metrics.jsonl") if "step" in line]

    def damage(self) -> str:
        """What of its files cannot be trusted and is left out, in a sentence; empty where all is well.

        A line of the metrics that is about to be written is not yet a damaged one.
        """
        named = [str(file.relative_to(self.path)) for file in sorted(self.path.rglob("*.json")) if not is_whole(file)]
        if self.state.is_final and (lines := damaged_lines(self.path / "metrics.jsonl")):
            named.append(f"metrics.jsonl ({lines} line{'s' * (lines > 1)})")
        return f"Damaged on the disk and left out: {', '.join(named)}." if named else ""

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
        ended_well = self.state in (RunState.DONE, RunState.STOPPED)
        return ended_well and (self.path / "manifest.json").is_file() and self.has_config

    def model_file(self, name: str = "model.tflite") -> Path:
        """A published model file, checked against the manifest. Raises DamagedFile."""
        file = self.path / name
        expected = read_json(self.path / "manifest.json").get("sha256", {})
        if sha256(file) != expected.get(name):
            raise DamagedFile(f"{name} of the run {self.id} is not the file its manifest describes. Train it again.")
        return file

    def ask_to_stop(self) -> None:
        """Let the worker end after the batches at hand, keeping the model so far. Raises DigitsError."""
        self._ask("stop")

    def ask_to_pause(self) -> None:
        """Let the worker leave the device after the batches at hand. Raises DigitsError."""
        self._ask("pause")

    def _ask(self, request: str) -> None:
        try:
            (self.path / request).touch()
        except OSError as error:
            raise DigitsError(f"Could not ask the run {self.id} to {request}: {error.strerror}.") from error

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether somebody asked it to stop."""
        return (self.path / "stop").exists()

    @property
    def is_asked_to_pause(self) -> bool:
        """Whether somebody asked it to leave the device."""
        return (self.path / "pause").exists()


def _plain(text: str, length: int = 80) -> str:
    """One line, at most `length` long, without what a terminal or a page obeys: controls, NUL, turned directions."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:length].rstrip()
