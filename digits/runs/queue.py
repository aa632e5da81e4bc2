"""The queue: which run trains next.

A queued run is a folder and a line in `queue.json`, no process. Whoever sees the device free, a worker at its end, a
page or the command line, starts the next in order; one lock lets a single process decide at a time.
"""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from digits.errors import BadConfig, DamagedFile
from digits.runs.run import GRACE_SECONDS, Run, RunState
from digits.runs.runs import all_runs
from digits.storage.files import locked
from digits.storage.home import home
from digits.storage.records import read_json, write_json
from digits.tasks import process

ENDS = {"stop": RunState.STOPPED, "pause": RunState.PAUSED}


def start(run: Run) -> None:
    """Put a queued run at the end of the queue; a worker process trains it when its turn comes."""
    put(run)
    advance()


def put(run: Run) -> None:
    """Put a queued run at the end of the queue, unless it waits there already."""
    with _lock():
        waits = [other.id for other in waiting()]
        if run.id not in waits:
            _write([*waits, run.id])


def move(run: Run, place: int) -> None:
    """Let `run` wait at that place, 1 for the next to start; the others keep their order."""
    with _lock():
        waits = [other.id for other in waiting()]
        if run.id in waits:
            waits.remove(run.id)
            waits.insert(max(0, place - 1), run.id)
            _write(waits)


def waiting() -> list[Run]:
    """The queued runs, the next to start first."""
    return _waiting(_statuses())


def place(run: Run) -> int | None:
    """Where `run` waits, 1 for the next to start; None if it does not wait."""
    waits = [other.id for other in waiting()]
    return waits.index(run.id) + 1 if run.id in waits else None


def advance() -> None:
    """Start the runs whose turn it is, each in a worker of its own, and end those that were asked to while waiting."""
    if not _waiting(_statuses()):
        return
    with _lock():
        statuses = _statuses()
        free = _num_free(statuses)
        for run in _waiting(statuses):
            asked = next((name for name in ENDS if (run.path / name).exists()), None)
            if not asked and free <= 0:
                continue
            if run.is_held():
                # A process at the command line waits for its turn; one that hangs gives way.
                free -= statuses[run]["responding"]
            elif asked:
                _tell(run, ENDS[asked], "Ended before it began")
            else:
                _tell(run, RunState.STARTING, "Starting")
                process.start(["work", run.id], run.path / "worker.log")
                free -= 1
                _forget(run)


@contextmanager
def turn(run: Run) -> Iterator[bool]:
    """Whether `run` may train now; while inside, nobody else decides. Whoever may must say so in its status there."""
    with _lock():
        statuses = _statuses()
        mine = run in _waiting(statuses)[: max(0, _num_free(statuses))]
        yield mine
        if mine:
            _forget(run)


def _statuses() -> dict[Run, dict[str, Any]]:
    """Every run, the oldest first, with its status; read once, because many runs take a while."""
    return {run: run.status() for run in reversed(all_runs())}


def _waiting(statuses: dict[Run, dict[str, Any]]) -> list[Run]:
    queued = {run.id: run for run, status in statuses.items() if status["state"] == RunState.QUEUED}
    order = [run_id for run_id in _order() if run_id in queued]
    # Whoever made a run and died before it was put in the queue, or damaged the queue's file, delays it only.
    late = time.time() - GRACE_SECONDS
    forgotten = [run_id for run_id, run in queued.items() if run_id not in order and statuses[run]["updated"] < late]
    return [queued[run_id] for run_id in order + forgotten]


def _num_free(statuses: dict[Run, dict[str, Any]]) -> int:
    """How many more trainings the device takes."""
    text = os.environ.get("DIGITS_TRAININGS", "1")
    if not text.isdecimal() or not int(text):
        raise BadConfig(f"DIGITS_TRAININGS is {text!r}; expected how many runs may train at once, such as 1.")
    training = (RunState.STARTING, RunState.RUNNING)
    return int(text) - sum(status["state"] in training for status in statuses.values())


def _forget(run: Run) -> None:
    """Take a run that starts out of the file, so that it does not find its old place when it goes on later."""
    _write([run_id for run_id in _order() if run_id != run.id])


def _tell(run: Run, state: RunState, phase: str) -> None:
    write_json(run.path / "status.json", {"state": state, "phase": phase, "updated": time.time()})


def _order() -> list[str]:
    try:
        return [str(run_id) for run_id in read_json(home() / "queue.json")["runs"]]
    except (DamagedFile, KeyError, TypeError):
        return []


def _write(order: list[str]) -> None:
    write_json(home() / "queue.json", {"runs": order})


def _lock() -> AbstractContextManager[None]:
    return locked(home() / "queue.lock")
