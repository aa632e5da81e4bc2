"""Something that a worker computes once and keeps in a file; every page starts it and watches it alike.

The file itself says that it is done. While a process is at it, it holds a lock beside the file and tells in another how
far it is; if it ends without the file, it tells why.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from digits.errors import DamagedFile, DigitsError
from digits.storage.records import is_whole, read_json, write_json
from digits.tasks import process

STARTING = "Starting"
GRACE_SECONDS = 15  # a new worker has this long to take the lock before it counts as vanished


@dataclass(frozen=True)
class Progress:
    """How far a job is."""

    state: str
    """absent, working, failed or done."""
    share: float = 0.0
    """Of the work, 0 to 1; an estimate."""
    phase: str = ""
    """What the worker is doing, in a few words."""
    error: str = ""
    """Why it failed, in one sentence."""


@dataclass(frozen=True)
class Job:
    """One file, and the command that computes it."""

    result: Path
    """What is there when all is done; written in one step."""
    arguments: tuple[str, ...]
    """Of `python -m digits`; that verb works inside `doing`."""

    def start(self) -> None:
        """Compute it in a worker process, unless one is at it. Raises DigitsError when its folder cannot be written."""
        if self.progress().state != "working":
            self._tell(phase=STARTING)
            process.start(list(self.arguments), self.result.parent / "worker.log")

    @contextmanager
    def doing(
        self, on_progress: Callable[[float, str], None] = lambda share, phase: None
    ) -> Iterator[Callable[[float, str], None]]:
        """While inside, this process computes it, and nobody else does.

        Yields a function to be called with the share that is done and what is done next; `on_progress` hears it, too.
        What goes wrong inside is told to whoever watches, and raised. Raises DigitsError while another is at it.
        """

        def tell(share: float, phase: str) -> None:
            self._tell(share=share, phase=phase)
            on_progress(share, phase)

        with self._alone():
            try:
                yield tell
            except BaseException as error:
                self._tell(error=str(error) if isinstance(error, DigitsError) else f"{type(error).__name__}: {error}")
                raise
            self._file("progress").unlink(missing_ok=True)

    def progress(self) -> Progress:
        """Where it stands, for any process that asks."""
        said = self._said()
        share, phase = float(said.get("share", 0.0)), str(said.get("phase", ""))
        about_to = phase == STARTING and time.time() - said["time"] < GRACE_SECONDS
        if self._is_held() or about_to:
            return Progress("working", share, phase)
        if self.result.exists():
            if is_whole(self.result):
                return Progress("done", 1.0)
            said = said or {"error": f"{self.result.name} was damaged on the disk and has to be computed again."}
        if not said:
            return Progress("absent")
        vanished = f"The worker vanished. Try again; its log is {self.result.parent / 'worker.log'}."
        return Progress("failed", error=str(said.get("error") or vanished))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = self.result.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Not 0: whoever looks whether the lock is held takes it for a moment.
            lock = FileLock(self._file("lock")).acquire(timeout=2)
        except Timeout:
            raise DigitsError(f"Another process is making {self.result.name} already; wait for it.") from None
        except OSError as error:
            raise DigitsError(f"Could not write {folder}: {error.strerror}.") from error
        with lock:
            yield

    def _is_held(self) -> bool:
        try:
            with FileLock(self._file("lock"), timeout=0):
                return False
        except Timeout:
            return True
        except OSError:  # no folder yet
            return False

    def _tell(self, **said: Any) -> None:
        write_json(self._file("progress"), {**said, "time": time.time()})

    def _said(self) -> dict[str, Any]:
        try:
            return read_json(self._file("progress"))
        except DamagedFile:
            return {}

    def _file(self, kind: str) -> Path:
        return self.result.with_suffix(f".{kind}")
