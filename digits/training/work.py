"""The worker's job: take one run from queued to its end. Imports TensorFlow once it has the device."""

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from typing import Any

from filelock import FileLock, Timeout

from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from digits.files import append_json_line, write_json
from digits.home import home
from digits.training.runs import Run, RunState

STATUS_SECONDS = 0.25  # the status file is replaced at most this often


def work(run: Run, on_status: Callable[[dict[str, Any]], None] = lambda status: None) -> dict[str, Any]:
    """Train `run` here and now, alone on the device. Returns its last status.

    on_status: called whenever the status changes. A failure is told in the status; nothing is raised for it.
    """
    with run.lock():
        book = _Book(run, on_status)
        try:
            with _device_lock(run, book):
                _train(run, book)
        except _StoppedInQueue:
            book.write(state=RunState.STOPPED, phase="Stopped before it began")
        except (DigitsError, MemoryError, OSError, KeyboardInterrupt) as error:
            book.write(state=RunState.FAILED, phase="", error=str(error) or type(error).__name__)
        except Exception as error:
            book.write(state=RunState.FAILED, phase="", error=f"{type(error).__name__}: {str(error)[:300]}")
            raise
        return book.status


def _train(run: Run, book: "_Book") -> None:
    config = run.config
    book.write(state=RunState.STARTING, phase="Opening the data", started=time.time())
    dataset = open_dataset(config.source)
    book.write(phase="Loading TensorFlow")
    from digits.training import device, export, trainer

    name = device.choose()
    book.write(device=name, versions=_versions(), phase="Building the network")
    began = time.perf_counter()

    def on_compile(xla: bool) -> None:
        book.write(state=RunState.RUNNING, phase="Compiling", xla=xla)

    def on_tick(tick: dict) -> None:
        append_json_line(run.path / "metrics.jsonl", tick)
        book.write(phase="Training", progress=tick, elapsed=time.perf_counter() - began, soon=True)

    def on_epoch(epoch: dict) -> None:
        append_json_line(run.path / "metrics.jsonl", epoch)
        book.write(phase="Training", elapsed=time.perf_counter() - began)

    fitted = trainer.fit(
        config,
        dataset,
        name,
        on_compile=on_compile,
        on_tick=on_tick,
        on_epoch=on_epoch,
        should_stop=lambda: run.is_asked_to_stop,
    )
    book.write(seconds=time.perf_counter() - began, phase="Saving the model")
    export.export(fitted.model, run.path)
    if fitted.state == "failed":
        book.write(state=RunState.FAILED, phase="", error=fitted.reason)
        return
    book.write(state=RunState(fitted.state), phase="")


class _Book:
    """Keeps the status file of one run."""

    def __init__(self, run: Run, on_status: Callable[[dict[str, Any]], None]):
        self.file, self.on_status = run.path / "status.json", on_status
        self.status: dict[str, Any] = {"state": RunState.QUEUED, "phase": "Waiting", "pid": os.getpid()}
        self.written = 0.0

    def write(self, *, soon: bool = False, **changes: Any) -> None:
        """Change the status; with `soon`, the file may wait for the next change."""
        self.status |= changes
        self.on_status(self.status)
        if soon and time.time() - self.written < STATUS_SECONDS:
            return
        self.written = self.status["updated"] = time.time()
        write_json(self.file, self.status)


class _StoppedInQueue(Exception):
    """The user stopped a run that was still waiting for the device."""


def _device_lock(run: Run, book: _Book) -> FileLock:
    """Wait, as queued, until no other run trains; two at once would only slow each other down."""
    lock = FileLock(home() / "device.lock")
    while True:
        if run.is_asked_to_stop:
            raise _StoppedInQueue
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            book.write(state=RunState.QUEUED, phase="Another run is using the device")
        else:
            return lock


def _versions() -> dict[str, str]:
    """What is needed to repeat the run, beside its config."""
    packages = {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version(), **packages}
