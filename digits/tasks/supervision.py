"""Which workers have ended, and which ones to end. What several processes decide at once is one transaction."""

import sqlite3

from digits.storage import database
from digits.tasks.lease import Lease, clock
from digits.tasks.task import COLUMNS, FROM, Task, TaskState


def needs_care() -> bool:
    """Return whether there is a worker, or a task that waits or runs; otherwise there is nothing to look after."""
    unfinished = "EXISTS (SELECT 1 FROM tasks WHERE state IN ('queued', 'running'))"
    return bool(database.first(f"SELECT EXISTS (SELECT 1 FROM workers) OR {unfinished}")[0])


def reap(connection: sqlite3.Connection) -> None:
    """Free the places of workers whose processes have ended, and end their tasks."""
    workers = connection.execute("SELECT * FROM workers").fetchall()
    ended = [row["id"] for row in workers if Lease.from_row(row).has_ended]
    for row in connection.execute(f"SELECT {COLUMNS} {FROM} WHERE state = 'running'").fetchall():
        task = Task.from_row(row)
        if task.state != TaskState.RUNNING:
            connection.execute(
                "UPDATE tasks SET state = ?, cause = ?, phase = '' WHERE id = ?", (task.state, task.cause, task.id)
            )
    connection.executemany("DELETE FROM workers WHERE id = ?", [(worker,) for worker in ended])


def forget_workers() -> None:
    """Let running tasks count as lost: the workers in a restored home belong to another home, if they still live."""
    with database.writing() as connection:
        connection.execute("DELETE FROM workers")
        reap(connection)


def explain_end(worker: int, cause: str) -> None:
    """Note why the task of a worker was lost, once the exit code of its process is known."""
    if database.first("SELECT 1 FROM tasks WHERE worker = ?", [worker]) is None:
        return
    with database.writing() as connection:
        reap(connection)
        connection.execute("UPDATE tasks SET cause = ? WHERE worker = ? AND state = 'lost'", (cause, worker))


def overdue(asked: float, silent: float, idle: float) -> list[tuple[Lease, str, float | None]]:
    """Return the workers to be ended, each with the last signal that was sent to it and when.

    These are the workers that were asked to stop or pause more than `asked` s ago and have not noticed, or more than
    `silent` s ago and do not respond; and those in the background that have no task and were silent for over `idle` s.
    """
    rows = database.rows(
        """SELECT workers.*, request, requested FROM workers
           LEFT JOIN tasks ON tasks.worker = workers.id AND state = 'running'
           WHERE request != '' OR (request IS NULL AND NOT foreground)"""
    )
    found, now = [], clock()
    for row in rows:
        lease = Lease.from_row(row)
        if row["request"] is None:
            is_due = now - lease.renewed > idle
        elif row["requested"] is None:  # the worker has noticed
            is_due = not lease.is_responding
        else:
            waited = now - row["requested"]
            is_due = waited > asked or (waited > silent and not lease.is_responding)
        if is_due and not lease.has_ended:
            found.append((lease, row["ended_by"], row["ended_at"]))
    return found


def note_signal(worker: int, name: str) -> None:
    """Note which signal was sent to a worker, so that the next one follows in time."""
    statement = "UPDATE workers SET ended_by = ?, ended_at = ? WHERE id = ?"
    database.change(statement, [name, clock(), worker], durable=False)
