"""The workers in the database: how many a lane may have, and who has a place."""

import os
import re
import sqlite3

from digits.errors import BadConfig
from digits.storage import database
from digits.tasks import turns
from digits.tasks.lease import SILENT_SECONDS, boot_id, clock, pid_namespace, started
from digits.tasks.task import COMPUTING, TRAINING, TRIALS

NUM_COMPUTING = 2  # besides the trainings, which DIGITS_TRAININGS counts
MAX_TRIALS = 64  # a search asks for no more at a time than it was told


def capacity(lane: str) -> int:
    """Return how many tasks of a lane run at once. Raises BadConfig."""
    if lane in (COMPUTING, TRIALS):
        return NUM_COMPUTING if lane == COMPUTING else MAX_TRIALS
    text = os.environ.get("DIGITS_TRAININGS", "1")
    if not re.fullmatch("0*[1-9][0-9]{0,3}", text):
        raise BadConfig(f"DIGITS_TRAININGS is {text[:20]!r}; expected how many runs may train at once, such as 1.")
    return int(text)


def add_worker(connection: sqlite3.Connection, lane: str, *, foreground: bool, pid: int | None = None) -> int:
    """Give a place to a worker that is about to be started, or to the process `pid`. Return its generation number."""
    row = (lane, foreground, boot_id(), pid_namespace(), pid, started(pid) if pid else None, clock())
    return connection.execute(
        """INSERT INTO workers (lane, foreground, boot_id, pid_namespace, pid, pid_started, renewed)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        row,
    ).lastrowid


def identify(worker: int, pid: int) -> bool:
    """Note which process a worker is. Return False if its place was given away meanwhile: then it must end."""
    statement = "UPDATE workers SET boot_id = ?, pid_namespace = ?, pid = ?, pid_started = ? WHERE id = ?"
    return database.change(statement, [boot_id(), pid_namespace(), pid, started(pid), worker], durable=False) == 1


def renew(worker: int) -> bool:
    """Renew the lease of a worker. Return False if it has lost its place."""
    return database.change("UPDATE workers SET renewed = ? WHERE id = ?", [clock(), worker], durable=False) == 1


def remove_worker(worker: int) -> None:
    """Free the place of a worker that never came or has ended."""
    database.change("DELETE FROM workers WHERE id = ?", [worker], durable=False)


def leave_if_idle(worker: int, lane: str) -> bool:
    """Free the place of a worker unless a task is due. Whoever queues a task later starts another worker."""
    with database.writing(durable=False) as connection:
        if _num_due(connection, lane):
            return False
        connection.execute("DELETE FROM workers WHERE id = ?", (worker,))
    return True


def num_workers(connection: sqlite3.Connection, lane: str) -> int:
    """Return how many workers serve a lane."""
    return _counts(connection, lane)["workers"]


def lanes_to_serve(connection: sqlite3.Connection) -> list[str]:
    """Return a lane once for each worker that it lacks: a task is due, a place is free, and no worker is idle.

    An idle worker that does not respond does not count, but no more than one for each place is replaced.
    """
    wanted = []
    for lane in (TRAINING, TRIALS, COMPUTING):
        counts = _counts(connection, lane)
        lacking = _num_due(connection, lane) - counts["idle"]
        wanted += [lane] * max(0, min(lacking, 2 * capacity(lane) - counts["workers"]))
    return wanted


def num_free(connection: sqlite3.Connection, lane: str) -> int:
    """Return how many more tasks of a lane may run now."""
    return capacity(lane) - _counts(connection, lane)["running"]


def is_at_work(worker: int) -> bool:
    """Return whether a task still counts as being done by this worker."""
    return database.first("SELECT 1 FROM tasks WHERE worker = ? AND state = 'running'", [worker]) is not None


def _num_due(connection: sqlite3.Connection, lane: str) -> int:
    return sum(row["reserved"] is None for row in turns.due(connection, lane, num_free(connection, lane)))


def _counts(connection: sqlite3.Connection, lane: str) -> sqlite3.Row:
    """Return how many tasks of a lane run, and its workers, of which some are idle."""
    return connection.execute(
        """SELECT (SELECT count(*) FROM tasks WHERE state = 'running' AND lane = :lane) AS running,
                  (SELECT count(*) FROM workers WHERE lane = :lane AND NOT foreground) AS workers,
                  (SELECT count(*) FROM workers WHERE lane = :lane AND NOT foreground AND renewed > :lately
                   AND id NOT IN (SELECT worker FROM tasks WHERE state = 'running')) AS idle""",
        {"lane": lane, "lately": clock() - SILENT_SECONDS},
    ).fetchone()
