"""The worker's job: take one run from queued to its end. Imports Keras once it has the device."""

import contextlib
import importlib.metadata
import os
import platform
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from filelock import Timeout

from digits.data.dataset import open_dataset
from digits.errors import DigitsError, RunBusy
from digits.networks.settings import TrainConfig
from digits.runs import queue
from digits.runs.run import Run, RunState
from digits.storage.records import append_json_line, write_json, write_json_lines
from digits.training import backends, checkpoints, snapshots
from digits.training.fine_tuning import Taught

STATUS_SECONDS = 0.25  # the status file is replaced at most this often
WAITING = "Another run is using the device"


def work(run: Run, on_status: Callable[[dict[str, Any]], None] = lambda status: None) -> dict[str, Any]:
    """Train a queued or starting run here and now, from its last checkpoint if it has one. Returns its last status.

    A queued one waits for its turn first. on_status: called whenever the status changes. A failure is told in the
    status; nothing is raised for it. Raises RunBusy when another process trains the run, or its end is reached.
    """
    try:
        # Not 0: whoever looks whether the lock is held takes it for a moment.
        lock = run.lock().acquire(timeout=2)
    except Timeout:
        raise RunBusy(f"The run {run.id} is being trained by another process.") from None
    try:
        with lock:
            return _work(run, on_status)
    finally:
        queue.advance()


def _work(run: Run, on_status: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    state = run.state
    if state not in (RunState.QUEUED, RunState.STARTING):
        raise RunBusy(f"The run {run.id} is {state} already. Let it go on with: python -m digits train --resume")
    book = _Book(run, state, on_status)
    with book.renewed():
        try:
            if state == RunState.QUEUED:
                _await_turn(run, book)
            _train(run, book)
        except _EndedInQueue as ended:
            book.write(state=ended.args[0], phase="Ended before it began")
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
    taught = Taught.load(run.path) if config.parent else None
    checkpoint = _go_back_to_checkpoint(run, book)
    backends.check_installed(config.backend)
    book.write(phase=f"Loading {backends.TITLES[config.backend]}", backend=config.backend, versions=_versions(config))
    os.environ["KERAS_BACKEND"] = config.backend  # read when Keras is imported, which is now
    from digits.training import device, export, trainer

    chosen = device.choose()
    book.write(device=chosen.name, phase="Building the network")
    book.note(chosen.note)
    began = time.perf_counter() - sum(row["seconds"] for row in run.epochs())
    keeper, album = checkpoints.Keeper(run.path), snapshots.Keeper(run.path)

    def on_compile(xla: bool) -> None:
        book.write(state=RunState.RUNNING, phase="Compiling", xla=xla)

    def on_tick(tick: dict) -> None:
        append_json_line(run.path / "metrics.jsonl", tick)
        book.write(phase="Training", progress=tick, elapsed=time.perf_counter() - began, soon=True)

    def on_epoch(epoch: dict) -> None:
        append_json_line(run.path / "metrics.jsonl", epoch)
        book.write(phase="Training", elapsed=time.perf_counter() - began, memory=device.memory(book.status["device"]))

    def fit(checkpoint: checkpoints.Checkpoint | None) -> trainer.Fitted:
        return trainer.fit(
            config,
            dataset,
            book.status["device"],
            taught=taught,
            num_epochs=run.num_epochs,
            checkpoint=checkpoint,
            on_compile=on_compile,
            on_tick=on_tick,
            on_epoch=on_epoch,
            on_checkpoint=keeper.keep,
            on_weights=album.keep,
            should_stop=lambda: run.is_asked_to_stop or run.is_asked_to_pause,
        )

    try:
        with device.watched(chosen):
            fitted = fit(checkpoint)
    except device.GpuFailed as failed:
        keeper.flush()
        book.write(device="CPU", phase="Changing to the CPU")
        book.note(str(failed))
        with device.cpu():
            fitted = fit(_go_back_to_checkpoint(run, book))
    book.write(seconds=time.perf_counter() - began, phase="Saving the model")
    keeper.flush()
    album.flush()
    if fitted.state == "stopped" and not run.is_asked_to_stop:
        book.write(state=RunState.PAUSED, phase="On request")
        return
    _forget_model(run)
    export.export(fitted.model, run.path)
    if fitted.state == "failed":
        book.write(state=RunState.FAILED, phase="", error=fitted.reason)
        return
    book.write(state=RunState(fitted.state), phase="On request" if fitted.state == "stopped" else "")


def _go_back_to_checkpoint(run: Run, book: "_Book") -> checkpoints.Checkpoint | None:
    """The newest whole checkpoint; the metrics go back to it, too, so that they hold every epoch exactly once."""
    checkpoint, damaged = checkpoints.newest(run.path)
    if not checkpoint and not damaged and not (run.path / "metrics.jsonl").exists():
        return None  # its first start
    rows = checkpoint.epochs if checkpoint else []
    lines = [tick for tick in run.ticks() if tick["epoch"] <= len(rows)] + rows
    lines.sort(key=lambda line: line["epoch"])  # stable: the row of an epoch stays behind its ticks
    write_json_lines(run.path / "metrics.jsonl", lines)
    snapshots.forget_after(run.path, len(rows))
    note = f"It went on after epoch {len(rows)}." if rows else "It began anew: there is no whole checkpoint."
    if damaged:
        note += f" Damaged and passed over: {', '.join(damaged)}."
    book.note(note)
    return checkpoint


def _forget_model(run: Run) -> None:
    """Remove what was said about the model that is now replaced; without its manifest it counts as absent."""
    for name in ("manifest.json", "calibration.json"):
        (run.path / name).unlink(missing_ok=True)
    shutil.rmtree(run.path / "evaluation", ignore_errors=True)


class _Book:
    """Keeps the status file of one run."""

    def __init__(self, run: Run, state: RunState, on_status: Callable[[dict[str, Any]], None]):
        self.file, self.on_status = run.path / "status.json", on_status
        self.status: dict[str, Any] = {"state": state, "phase": "Waiting", "pid": os.getpid()}
        self.written = 0.0
        self.lock = threading.Lock()

    def write(self, *, soon: bool = False, **changes: Any) -> None:
        """Change the status; with `soon`, the file may wait for the next change."""
        with self.lock:
            self.status |= changes
            if not soon or time.time() - self.written >= STATUS_SECONDS:
                self._write()
        self.on_status(self.status)

    def note(self, sentence: str) -> None:
        """Add a sentence to what is to be known about how the run went."""
        if sentence:
            self.write(note=f"{self.status.get('note', '')} {sentence}".strip())

    @contextlib.contextmanager
    def renewed(self) -> Iterator[None]:
        """While inside, a thread renews the file every second: a worker that hangs is told by its silence."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(1.0):
                with self.lock, contextlib.suppress(DigitsError):  # a full disk is told by the next change
                    self._write()

        self.write()
        thread = threading.Thread(target=renew, name="renew-status", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _write(self) -> None:
        self.written = self.status["updated"] = time.time()
        write_json(self.file, self.status)


class _EndedInQueue(Exception):
    """The user stopped or paused a run that was still waiting; holds the state it ends in."""


def _await_turn(run: Run, book: _Book) -> None:
    """Wait in the queue until the device is free for `run`."""
    queue.put(run)
    while True:
        for name, state in queue.ENDS.items():
            if (run.path / name).exists():
                raise _EndedInQueue(state)
        with queue.turn(run) as mine:
            if mine:
                book.write(state=RunState.STARTING)
                return
        if book.status["phase"] != WAITING:
            book.write(phase=WAITING)
        time.sleep(0.5)


def _versions(config: TrainConfig) -> dict[str, str]:
    """What is needed to repeat the run, beside its config."""
    packages = {name: importlib.metadata.version(name) for name in (config.backend, "keras", "numpy")}
    return {"python": platform.python_version(), **packages}
