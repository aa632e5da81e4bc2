"""Prepare a source in a process, and tell how far it is."""

import time
from dataclasses import dataclass

from digits.data.dataset import is_prepared, is_preparing, prepare
from digits.data.sources import check_source
from digits.errors import DamagedFile, DigitsError
from digits.storage.home import data_folder
from digits.storage.records import read_json, write_json
from digits.tasks import process

STARTING = "Starting"
GRACE_SECONDS = 15  # a new worker has this long to take the lock before it counts as vanished


@dataclass(frozen=True)
class Progress:
    """How far the preparation of a source is."""

    state: str
    """absent, preparing, failed or ready."""
    phase: str = ""
    """What the worker is doing, in a few words."""
    error: str = ""
    """Why it failed, in one sentence with the remedy."""


def start(source: str) -> None:
    """Prepare `source` in a worker process, unless one is at it."""
    check_source(source)
    if is_preparing(source):
        return
    _write(source, phase=STARTING)
    process.start(["data", source], data_folder(source) / "worker.log")


def run(source: str, on_phase=lambda phase: None) -> dict:
    """Prepare `source` here and now, leaving its progress where `progress` finds it. Returns the manifest."""
    check_source(source)

    def tell(phase: str) -> None:
        _write(source, phase=phase)
        on_phase(phase)

    try:
        manifest = prepare(source, tell)
    except DigitsError as error:
        _write(source, error=str(error))
        raise
    _write(source, phase="Done")
    return manifest


def ensure(source: str, on_phase=lambda phase: None) -> None:
    """Prepare `source` here and now unless it is prepared already."""
    if not is_prepared(source):
        run(source, on_phase)


def progress(source: str) -> Progress:
    """Where the preparation of `source` stands, for any process that asks."""
    phase, error, age = _status(source)
    if is_preparing(source) or (phase == STARTING and age < GRACE_SECONDS):
        return Progress("preparing", phase)
    if is_prepared(source):
        return Progress("ready")
    if error:
        return Progress("failed", error=error)
    if not phase:
        return Progress("absent")
    doing = f"{phase[0].lower()}{phase[1:]}"
    log = data_folder(source) / "worker.log"
    return Progress("failed", error=f"The worker vanished while {doing}. Try again; its log is {log}.")


def _status(source: str) -> tuple[str, str, float]:
    """Phase, error and age in seconds of what the worker last said."""
    try:
        status = read_json(data_folder(source) / "status.json")
    except DamagedFile:
        return "", "", 0.0
    return str(status.get("phase", "")), str(status.get("error", "")), time.time() - status.get("time", 0)


def _write(source: str, *, phase: str = "", error: str = "") -> None:
    write_json(data_folder(source) / "status.json", {"phase": phase, "error": error, "time": time.time()})
