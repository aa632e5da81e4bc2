"""The tasks in the database, for whoever asks for one: find, queue, stop and move them."""

import sqlite3

from digits import permissions
from digits.errors import RunBusy
from digits.permissions import LOCAL, Action
from digits.storage import database
from digits.tasks import supervision, turns
from digits.tasks.lease import clock
from digits.tasks.task import COLUMNS, COMPUTING, FROM, TRAINING, Task, TaskState


def find(kind: str, subject: str, part: str = "") -> Task | None:
    """Return the task of that kind; None if nobody has asked for it yet."""
    found = _tasks("WHERE kind = ? AND subject = ? AND part = ?", kind, subject, part)
    return found[0] if found else None


def waiting(lane: str = TRAINING) -> list[Task]:
    """Return the queue of a lane, the next to start first."""
    return _tasks(f"JOIN queue ON queue.id = tasks.id WHERE queue.lane = ? {turns.ORDER}", lane)


def unfinished() -> list[Task]:
    """Return every task that waits or runs, or whose worker has just ended unexpectedly, the oldest first."""
    return _tasks("WHERE state IN ('queued', 'running') ORDER BY tasks.id")


def enqueue(
    connection: sqlite3.Connection,
    kind: str,
    subject: str,
    part: str = "",
    *,
    owner: str = LOCAL,
    lane: str = COMPUTING,
    reserved: int | None = None,
    state: TaskState = TaskState.QUEUED,
) -> int:
    """Put a task behind its owner's others, in a transaction of the caller. Return its id.

    A task that already waits or runs keeps its place. reserved: the worker that alone may take it, as long as it lives.
    state: another one for a task that somebody may queue later. Raises QueueFull if the owner has too many waiting.
    """
    supervision.reap(connection)
    values = {"kind": kind, "subject": subject, "part": part, "owner": owner, "lane": lane, "reserved": reserved}
    where = "WHERE kind = :kind AND subject = :subject AND part = :part"
    known = connection.execute(f"SELECT id, state FROM tasks {where}", values).fetchone()
    if known and not TaskState(known["state"]).is_final:
        return known["id"]
    if state == TaskState.QUEUED:
        turns.check_room(connection, owner, lane)
    return connection.execute(
        """INSERT INTO tasks (kind, subject, part, owner, lane, place, state, reserved)
           VALUES (:kind, :subject, :part, :owner, :lane,
                   (SELECT coalesce(max(place), 0) + 1 FROM tasks WHERE lane = :lane), :state, :reserved)
           ON CONFLICT (kind, subject, part) DO UPDATE SET
             owner = excluded.owner, lane = excluded.lane, place = excluded.place, state = excluded.state, request = '',
             requested = NULL, fraction = 0, phase = '', cause = '', lacking = NULL, reserved = excluded.reserved
           RETURNING id""",
        values | {"state": state},
    ).fetchone()["id"]


def request(task_id: int, what: str) -> None:
    """Ask a task to `stop` or `pause`. If it waits, it ends at once; if it runs, its worker will notice.

    Raises NotAllowed.
    """
    with database.writing() as connection:
        if task := connection.execute("SELECT owner FROM tasks WHERE id = ?", (task_id,)).fetchone():
            permissions.demand(Action.STOP, task["owner"])
        supervision.reap(connection)
        connection.execute(
            """UPDATE tasks SET state = CASE ? WHEN 'pause' THEN 'paused' ELSE 'stopped' END,
                                phase = 'Ended before it began'
               WHERE id = ? AND state = 'queued'""",
            (what, task_id),
        )
        connection.execute(
            "UPDATE tasks SET request = ?, requested = ? WHERE id = ? AND state = 'running'", (what, clock(), task_id)
        )


def move(task_id: int, place: int) -> None:
    """Move a queued task to that place among its owner's, 1 for the first of them; the others keep their order."""
    with database.writing() as connection:
        task = connection.execute(
            "SELECT lane, owner FROM tasks WHERE id = ? AND state = 'queued'", (task_id,)
        ).fetchone()
        if task is None:
            raise RunBusy("It is not waiting in the queue, so it has no place to change.")
        permissions.demand(Action.MOVE, task["owner"])
        rows = connection.execute(
            "SELECT id, place FROM tasks WHERE state = 'queued' AND lane = ? AND owner = ? ORDER BY place, id",
            (task["lane"], task["owner"]),
        ).fetchall()
        order = [row["id"] for row in rows if row["id"] != task_id]
        order.insert(min(max(0, place - 1), len(order)), task_id)
        places = sorted(row["place"] for row in rows)
        connection.executemany("UPDATE tasks SET place = ? WHERE id = ?", zip(places, order, strict=True))


def _tasks(condition: str, *values: str) -> list[Task]:
    return [Task.from_row(row) for row in database.rows(f"SELECT {COLUMNS} {FROM} {condition}", values)]
