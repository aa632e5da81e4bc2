"""The workers in the database: who has a place, whose process has ended, and whom to end."""

import os
import sqlite3

from digits.errors import BadConfig
from digits.storage import database
from digits.tasks.lease import SILENT_SECONDS, Lease, boot_id, clock, pid_namespace, started
from digits.tasks.task import COMPUTING, LOST, TRAINING, outcome

NUM_COMPUTING = 2  # besides the trainings, which DIGITS_TRAININGS counts


def capacity(lane: str) -> int:
    """Return how many tasks of a lane run at once. Raises BadConfig."""
    if lane == COMPUTING:
        return NUM_COMPUTING
    text = os.environ.get("DIGITS_TRAININGS", "1")
    if not text.isdecimal() or not int(text):
        raise BadConfig(f"DIGITS_TRAININGS is {text!r}; expected how many runs may train at once, such as 1.")
    return int(text)


def add_worker(connection: sqlite3.Connection, lane: str, *, foreground: bool, pid: int | None = None) -> int:
    """Give a worker its place, before it is started or for the process `pid`; returns its generation number."""
    row = (lane, foreground, boot_id(), pid_namespace(), pid, started(pid) if pid else None, clock())
    return connection.execute(
        """INSERT INTO workers (lane, foreground, boot_id, pid_namespace, pid, pid_started, renewed)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        row,
    ).lastrowid


def identify(worker: int, pid: int) -> bool:
    """Say which process a worker is. Returns False where its place was given away meanwhile: then it must end."""
    with database.writing(durable=False) as connection:
        row = (boot_id(), pid_namespace(), pid, started(pid), worker)
        found = connection.execute(
            "UPDATE workers SET boot_id = ?, pid_namespace = ?, pid = ?, pid_started = ? WHERE id = ?", row
        )
        return found.rowcount == 1


def renew(worker: int) -> bool:
    """Renew the lease of a worker. Returns False where it has lost its place."""
    with database.writing(durable=False) as connection:
        return connection.execute("UPDATE workers SET renewed = ? WHERE id = ?", (clock(), worker)).rowcount == 1


def remove_worker(worker: int) -> None:
    """Give up the place of a worker that never came or has ended."""
    with database.writing(durable=False) as connection:
        connection.execute("DELETE FROM workers WHERE id = ?", (worker,))


def leave_if_idle(worker: int, lane: str) -> bool:
    """Give up the place of a worker unless something waits for it; whoever queues a task later starts another."""
    with database.writing(durable=False) as connection:
        waits = connection.execute(
            "SELECT 1 FROM tasks WHERE state = 'queued' AND lane = ? AND reserved IS NULL LIMIT 1", (lane,)
        ).fetchone()
        busy = connection.execute(
            "SELECT count(*) AS n FROM tasks WHERE state = 'running' AND lane = ?", (lane,)
        ).fetchone()["n"]
        if waits and busy < capacity(lane):
            return False
        connection.execute("DELETE FROM workers WHERE id = ?", (worker,))
    return True


def num_workers(connection: sqlite3.Connection, lane: str) -> int:
    """Return how many workers serve a lane."""
    row = connection.execute("SELECT count(*) AS n FROM workers WHERE lane = ? AND NOT foreground", (lane,))
    return row.fetchone()["n"]


def lanes_to_serve(connection: sqlite3.Connection) -> list[str]:
    """Return each lane in which a task waits, a place is free, and no worker is idle.

    An idle worker that does not respond does not count, but no more than one such for each place is replaced.
    """
    wanted = []
    for lane in (TRAINING, COMPUTING):
        counts = connection.execute(
            """SELECT (SELECT count(*) FROM tasks
                       WHERE state = 'queued' AND lane = :lane AND reserved IS NULL) AS waits,
                      (SELECT count(*) FROM tasks WHERE state = 'running' AND lane = :lane) AS busy,
                      (SELECT count(*) FROM workers WHERE lane = :lane AND NOT foreground AND renewed > :lately
                       AND id NOT IN (SELECT worker FROM tasks WHERE state = 'running')) AS idle,
                      (SELECT count(*) FROM workers WHERE lane = :lane AND NOT foreground) AS there""",
            {"lane": lane, "lately": clock() - SILENT_SECONDS},
        ).fetchone()
        free = min(counts["waits"], capacity(lane) - counts["busy"]) - counts["idle"]
        wanted += [lane] * max(0, min(free, 2 * capacity(lane) - counts["there"]))
    return wanted


def needs_care() -> bool:
    """Return whether anything waits, runs or serves; otherwise there is nothing to look after."""
    with database.reading() as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM workers) OR EXISTS (SELECT 1 FROM tasks WHERE state IN ('queued', 'running'))"
        ).fetchone()
    return bool(row[0])


def is_at_work(worker: int) -> bool:
    """Return whether a task still counts as being done by this worker."""
    with database.reading() as connection:
        row = connection.execute("SELECT 1 FROM tasks WHERE worker = ? AND state = 'running'", (worker,)).fetchone()
    return row is not None


def reap(connection: sqlite3.Connection) -> None:
    """Take the places of workers whose processes have ended; what they were at counts as `outcome` says."""
    for row in connection.execute("SELECT * FROM workers").fetchall():
        lease = _lease(row)
        if not lease.has_ended:
            continue
        at = "SELECT id, request FROM tasks WHERE worker = ? AND state = 'running'"
        for task in connection.execute(at, (lease.worker,)).fetchall():
            state, cause = outcome(task["request"], row["ended_by"])
            connection.execute(
                "UPDATE tasks SET state = ?, cause = ?, phase = '' WHERE id = ?", (state, cause, task["id"])
            )
        connection.execute("DELETE FROM workers WHERE id = ?", (lease.worker,))
    connection.execute(
        "UPDATE tasks SET state = 'lost', cause = ?, phase = '' "
        "WHERE state = 'running' AND worker NOT IN (SELECT id FROM workers)",
        (LOST,),
    )


def forget_workers() -> None:
    """Let what runs count as lost: in a restored home, its workers are at work on another one, if anywhere."""
    with database.writing() as connection:
        connection.execute("DELETE FROM workers")
        reap(connection)


def explain_end(worker: int, cause: str) -> None:
    """Say better why the task of a worker was lost, by who knows how its process ended."""
    with database.writing() as connection:
        reap(connection)
        connection.execute("UPDATE tasks SET cause = ? WHERE worker = ? AND state = 'lost'", (cause, worker))


def overdue(asked: float, silent: float, idle: float) -> list[tuple[Lease, str, float | None]]:
    """Return the workers to be ended, each with the last signal that was sent to it and when.

    Those that were asked to stop or pause more than `asked` s ago and have not heard, or more than `silent` s ago and
    do not respond; and those in the background that have nothing to do and were silent for more than `idle` s.
    """
    with database.reading() as connection:
        rows = connection.execute(
            """SELECT workers.*, request, requested FROM workers
               LEFT JOIN tasks ON tasks.worker = workers.id AND state = 'running'
               WHERE request != '' OR (request IS NULL AND NOT foreground)"""
        ).fetchall()
    found, now = [], clock()
    for row in rows:
        lease = _lease(row)
        waited = now - row["requested"] if row["requested"] else None
        if row["request"] is None:
            is_due = now - lease.renewed > idle
        elif waited is None:  # it has heard
            is_due = not lease.is_responding
        else:
            is_due = waited > asked or (waited > silent and not lease.is_responding)
        if is_due and not lease.has_ended:
            found.append((lease, row["ended_by"], row["ended_at"]))
    return found


def note_signal(worker: int, name: str) -> None:
    """Remember which signal was sent to a worker, so that the next one follows in time."""
    with database.writing(durable=False) as connection:
        connection.execute("UPDATE workers SET ended_by = ?, ended_at = ? WHERE id = ?", (name, clock(), worker))


def _lease(row: sqlite3.Row) -> Lease:
    return Lease(row["id"], row["boot_id"], row["pid_namespace"], row["pid"], row["pid_started"], row["renewed"])
