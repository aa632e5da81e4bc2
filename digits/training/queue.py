"""The queue: which run trains next.

A queued run is a folder and a line in `queue.json`, no process. Whoever sees the device free, a worker at its end, a
page or the command line, starts the next in order; one lock lets a single process decide at a time.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock

from digits import worker
from digits.errors import BadConfig, DamagedFile
from digits.files import read_json, write_json
from digits.home import home
from digits.training.runs import GRACE_SECONDS, Run, RunState, all_runs

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
    queued = {run.id: run for run in reversed(all_runs()) if run.state == RunState.QUEUED}
    order = [run_id for run_id in _order() if run_id in queued]
    # Whoever made a run and died before it was put in the queue, or damaged the queue's file, delays it only.
    late = time.time() - GRACE_SECONDS
    forgotten = [run_id for run_id in queued if run_id not in order and queued[run_id].status()["updated"] < late]
    return [queued[run_id] for run_id in order + forgotten]


def place(run: Run) -> int | None:
    """Where `run` waits, 1 for the next to start; None if it does not wait."""
    waits = [other.id for other in waiting()]
    return waits.index(run.id) + 1 if run.id in waits else None


def advance() -> None:
    """Start the runs whose turn it is, each in a worker of its own, and end those that were asked to while waiting."""
    if not waiting():
        return
    with _lock():
        free = _num_free()
        for run in waiting():
            held = run.is_held()
            asked = next((name for name in ENDS if (run.path / name).exists()), None)
            if asked and not held:
                _tell(run, ENDS[asked], "Ended before it began")
            elif held:
                # A process at the command line waits for its turn; one that hangs gives way.
                free -= run.status()["responding"]
            elif free > 0:
                _tell(run, RunState.STARTING, "Starting")
                worker.start(["work", run.id], run.path / "worker.log")
                free -= 1
        _forget_started()


@contextmanager
def turn(run: Run) -> Iterator[bool]:
    """Whether `run` may train now; while inside, nobody else decides. Whoever may must say so in its status there."""
    with _lock():
        yield run.id in [other.id for other in waiting()[: max(0, _num_free())]]
        _forget_started()


def _num_free() -> int:
    """How many more trainings the device takes."""
    training = [run for run in all_runs() if run.state in (RunState.STARTING, RunState.RUNNING)]
    text = os.environ.get("DIGITS_TRAININGS", "1")
    if not text.isdecimal() or not int(text):
        raise BadConfig(f"DIGITS_TRAININGS is {text!r}; expected how many runs may train at once, such as 1.")
    return int(text) - len(training)


def _forget_started() -> None:
    """Keep only waiting runs in the file, so that one which goes on later does not find its old place."""
    waits = [run.id for run in waiting()]
    if waits != _order():
        _write(waits)


def _tell(run: Run, state: RunState, phase: str) -> None:
    write_json(run.path / "status.json", {"state": state, "phase": phase, "updated": time.time()})


def _order() -> list[str]:
    try:
        return [str(run_id) for run_id in read_json(home() / "queue.json")["runs"]]
    except (DamagedFile, KeyError, TypeError):
        return []


def _write(order: list[str]) -> None:
    write_json(home() / "queue.json", {"runs": order})


def _lock() -> FileLock:
    home().mkdir(parents=True, exist_ok=True)
    return FileLock(home() / "queue.lock")
