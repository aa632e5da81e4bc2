"""A task: what a worker does in the background, for whom, and how far it is."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from digits.storage.home import free_bytes
from digits.tasks.lease import Lease

TRAINING, TRIALS, COMPUTING = "training", "trials", "computing"
"""The lanes of the queue: what needs the device, what a task in that lane has others do for it, and all the rest."""

NAMES = ("id", "kind", "subject", "part", "owner", "lane", "place", "request", "fraction", "phase")
COLUMNS = ", ".join(
    [f"tasks.{name} AS task_{name}" for name in (*NAMES, "state", "cause")]
    + [f"workers.{name} AS worker_{name}" for name in ("id", "ended_by", *Lease.COLUMNS)]
)
"""The columns that `Task.from_row` needs."""
FROM = "FROM tasks LEFT JOIN workers ON workers.id = tasks.worker"

LOST = "It ended unexpectedly: it was killed, the memory was full, or the power failed. Continue it or try again."
LOST_ON_FULL_DISK = "It ended because the disk is full. Make room, then continue it or try again."
FULL_BYTES = 4_000_000  # free on a full disk after a worker has ended there and its unfinished files are gone
ENDED = "It did not respond and was ended. The last checkpoint is kept."


class TaskState(StrEnum):
    """The life of a task: queued -> running -> done | stopped | paused | failed | lost -> queued again."""

    QUEUED = "queued"
    """Waits for its turn."""
    RUNNING = "running"
    """A worker does it."""
    DONE = "done"
    """Its result is stored."""
    STOPPED = "stopped"
    """Ended early on request."""
    PAUSED = "paused"
    """Left its worker on request, to be continued."""
    FAILED = "failed"
    """Ended with a cause."""
    LOST = "lost"
    """Its worker vanished."""

    @property
    def is_final(self) -> bool:
        """Whether nothing happens until somebody asks for it again."""
        return self not in (TaskState.QUEUED, TaskState.RUNNING)


@dataclass(frozen=True)
class Task:
    """A task as it was when somebody looked."""

    id: int
    kind: str
    """What is to be done, such as `evaluate`."""
    subject: str
    """Of what: the id of a run, or a source."""
    part: str
    """On what: a test set, or nothing."""
    owner: str
    lane: str
    place: float
    """In the queue of its lane, the smallest first."""
    state: TaskState
    request: str
    """stop, pause or nothing."""
    fraction: float
    """Of the work, 0 to 1; an estimate."""
    phase: str
    """What the worker is doing, in a few words."""
    cause: str
    """Why it failed or was lost, in a sentence."""
    lease: Lease | None
    """Its worker, while it runs."""

    @property
    def is_responding(self) -> bool:
        """Whether its worker, if it has one, has renewed its lease lately."""
        return self.state != TaskState.RUNNING or self.lease is None or self.lease.is_responding

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> "Task":
        """Return the task in a row of COLUMNS. It counts as ended as soon as its worker has."""
        state, cause, lease = TaskState(row["task_state"]), row["task_cause"], None
        if state == TaskState.RUNNING:
            lease = Lease.from_row(row, "worker_") if row["worker_id"] is not None else None
            if lease is None or lease.has_ended:
                state, why = _outcome(row["task_request"], row["worker_ended_by"])
                cause = cause or why
        return cls(**{name: row[f"task_{name}"] for name in NAMES}, state=state, cause=cause, lease=lease)


def _outcome(request: str, ended_by: str | None) -> tuple[TaskState, str]:
    """Return the state and the cause of a task whose worker has ended without reporting it.

    The task is lost, unless somebody had asked it to stop or pause and its worker was ended because it did not respond.
    """
    if not ended_by:
        return TaskState.LOST, LOST_ON_FULL_DISK if free_bytes() < FULL_BYTES else LOST
    return {"stop": TaskState.STOPPED, "pause": TaskState.PAUSED}.get(request, TaskState.LOST), ENDED
