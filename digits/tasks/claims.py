"""The tasks in the database, for the worker that does them: take one, report how far it is, and end it.

All but `claim` and `current_request` are guarded: in a worker that has lost its task, they raise TakenOver.
"""

import sqlite3

from digits.errors import TakenOver
from digits.storage import database
from digits.tasks import places, supervision
from digits.tasks.lease import SILENT_SECONDS, clock
from digits.tasks.task import COLUMNS, FROM, Task, TaskState


def claim(worker: int, lane: str, *, only: int = 0, out_of_turn: bool = False) -> Task | None:
    """Take the next task of a lane; None if no task waits, or as many run as may at once.

    only: the id of the one task that this worker waits for. out_of_turn: take it however many wait or run.
    A process that waits at the command line and does not respond lets the others pass.
    """
    with database.writing(durable=False) as connection:
        supervision.reap(connection)
        row = connection.execute(
            """UPDATE tasks SET state = 'running', worker = :worker, reserved = NULL, fraction = 0, phase = 'Starting',
                                cause = ''
               WHERE state = 'queued' AND :only IN (0, id) AND (reserved IS NULL OR reserved = :worker)
                 AND EXISTS (SELECT 1 FROM workers WHERE id = :worker)
                 AND (:out_of_turn OR
                      (SELECT count(*) FROM tasks WHERE state = 'running' AND lane = :lane) < :capacity AND
                      id = (SELECT id FROM tasks WHERE state = 'queued' AND lane = :lane AND
                              (reserved IS NULL OR reserved IN (SELECT id FROM workers WHERE renewed > :lately))
                            ORDER BY place, id LIMIT 1))
               RETURNING id""",
            {
                "worker": worker,
                "lane": lane,
                "only": only,
                "out_of_turn": out_of_turn,
                "capacity": places.capacity(lane),
                "lately": clock() - SILENT_SECONDS,
            },
        ).fetchone()
        if row is None:
            return None
        claimed = connection.execute(f"SELECT {COLUMNS} {FROM} WHERE tasks.id = ?", (row["id"],)).fetchone()
    return Task.from_row(claimed)


def check_lease(connection: sqlite3.Connection, task_id: int, worker: int) -> None:
    """Raise TakenOver unless this worker still does the task."""
    row = connection.execute(
        """SELECT 1 FROM tasks JOIN workers ON workers.id = tasks.worker
           WHERE tasks.id = ? AND workers.id = ? AND state = 'running'""",
        (task_id, worker),
    ).fetchone()
    if row is None:
        raise TakenOver(
            "This work was given to another process, because this one did not respond. Nothing was changed."
        )


def current_request(task_id: int) -> str:
    """Return what was asked of a task: stop, pause or nothing."""
    with database.reading() as connection:
        row = connection.execute("SELECT request FROM tasks WHERE id = ?", (task_id,)).fetchone()
    return row["request"] if row else "stop"


def acknowledge(task_id: int) -> None:
    """Note that the worker has noticed what was asked of it."""
    with database.writing(durable=False) as connection:
        connection.execute("UPDATE tasks SET requested = NULL WHERE id = ?", (task_id,))


def tell(task_id: int, fraction: float, phase: str) -> None:
    """Note how far a task is. A worker that does so will also notice requests, so it is not ended by force."""
    with database.writing(durable=False) as connection:
        connection.execute(
            "UPDATE tasks SET fraction = ?, phase = ?, requested = NULL WHERE id = ?", (fraction, phase, task_id)
        )


def finish(task_id: int, state: TaskState, cause: str = "", phase: str = "") -> None:
    """End a task."""
    with database.writing() as connection:
        connection.execute(
            """UPDATE tasks SET state = ?, cause = ?, phase = ?, fraction = CASE ? WHEN 'done' THEN 1 ELSE fraction END
               WHERE id = ?""",
            (state, cause, phase, state, task_id),
        )


def give_back(task_id: int) -> None:
    """Leave a task to another worker, at its old place in the queue."""
    with database.writing() as connection:
        connection.execute("UPDATE tasks SET state = 'queued', phase = '', fraction = 0 WHERE id = ?", (task_id,))
