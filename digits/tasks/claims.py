"""The tasks in the database, for the worker that does them: take one, report how far it is, and end it.

All but `claim` and `current_request` are guarded: in a worker that has lost its task, they raise TakenOver.
"""

import sqlite3

from digits.errors import TakenOver
from digits.storage import database
from digits.tasks import memory, places, supervision, turns
from digits.tasks.lease import clock
from digits.tasks.task import COLUMNS, FROM, Task, TaskState


def claim(worker: int, lane: str, *, only: int = 0, out_of_turn: bool = False) -> Task | None:
    """Take a task of a lane whose turn it is; None if there is none, no place is free, or too little memory.

    only: the id of the one task that this worker waits for. out_of_turn: take it however many wait or run.
    """
    with database.writing(durable=False) as connection:
        supervision.reap(connection)
        if out_of_turn:
            ids = [only]
        else:
            due = turns.due(connection, lane, places.num_free(connection, lane), own=memory.own())
            ids = [row["id"] for row in due if row["reserved"] in (None, worker) and only in (0, row["id"])]
        row = connection.execute(
            """UPDATE tasks SET state = 'running', worker = :worker, reserved = NULL, fraction = 0, phase = 'Starting',
                                cause = '', began = :now, lacking = NULL
               WHERE id = :id AND state = 'queued' AND (reserved IS NULL OR reserved = :worker)
                 AND EXISTS (SELECT 1 FROM workers WHERE id = :worker)
               RETURNING owner""",
            {"worker": worker, "id": ids[0] if ids else 0, "now": clock()},
        ).fetchone()
        if row is None:
            return None
        turns.note(connection, row["owner"], lane)
        claimed = connection.execute(f"SELECT {COLUMNS} {FROM} WHERE tasks.id = ?", (ids[0],)).fetchone()
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
    row = database.first("SELECT request FROM tasks WHERE id = ?", [task_id])
    return row["request"] if row else "stop"


def acknowledge(task_id: int) -> None:
    """Note that the worker has noticed what was asked of it."""
    database.change("UPDATE tasks SET requested = NULL WHERE id = ?", [task_id], durable=False)


def tell(task_id: int, fraction: float, phase: str) -> None:
    """Note how far a task is. A worker that does so will also notice requests, so it is not ended by force."""
    statement = "UPDATE tasks SET fraction = ?, phase = ?, requested = NULL WHERE id = ?"
    database.change(statement, [fraction, phase, task_id], durable=False)


def finish(task_id: int, state: TaskState, cause: str = "", phase: str = "") -> None:
    """End a task."""
    database.change(
        """UPDATE tasks SET state = :state, cause = :cause, phase = :phase,
                            fraction = CASE :state WHEN 'done' THEN 1 ELSE fraction END,
                            seconds = CASE :state WHEN 'done' THEN :now - began ELSE seconds END
           WHERE id = :id""",
        {"state": state, "cause": cause, "phase": phase, "now": clock(), "id": task_id},
    )


def give_back(task_id: int) -> None:
    """Leave a task to another worker, as if it had never begun: it is the next one again."""
    with database.writing() as connection:
        connection.execute("UPDATE tasks SET state = 'queued', phase = '', fraction = 0 WHERE id = ?", (task_id,))
        connection.execute(
            "DELETE FROM turns WHERE (lane, owner) = (SELECT lane, owner FROM tasks WHERE id = ?)", (task_id,)
        )
