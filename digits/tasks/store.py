"""The tasks and their workers in the database. What several processes decide at once is decided in one transaction."""

import sqlite3

from digits.errors import RunBusy, TakenOver
from digits.storage import database
from digits.tasks import places
from digits.tasks.lease import SILENT_SECONDS, clock
from digits.tasks.task import COLUMNS, COMPUTING, TRAINING, Task, TaskState

FROM = "FROM tasks LEFT JOIN workers ON workers.id = tasks.worker"
LOCAL = "local"
"""The owner of what nobody in a browser asked for."""


# Asking


def find(kind: str, subject: str, part: str = "") -> Task | None:
    """Return the task of that kind; None if nobody has asked for it yet."""
    with database.reading() as connection:
        row = connection.execute(
            f"SELECT {COLUMNS} {FROM} WHERE kind = ? AND subject = ? AND part = ?", (kind, subject, part)
        ).fetchone()
    return Task.from_row(row) if row else None


def waiting(lane: str = TRAINING) -> list[Task]:
    """Return the queue of a lane, the next to start first."""
    with database.reading() as connection:
        rows = connection.execute(
            f"SELECT {COLUMNS} {FROM} WHERE state = 'queued' AND tasks.lane = ? ORDER BY place, tasks.id", (lane,)
        ).fetchall()
    return [Task.from_row(row) for row in rows]


def unfinished() -> list[Task]:
    """Return every task that runs, whose worker vanished while it did, or that waits, the oldest first."""
    with database.reading() as connection:
        rows = connection.execute(
            f"SELECT {COLUMNS} {FROM} WHERE state IN ('queued', 'running') ORDER BY tasks.id"
        ).fetchall()
    return [Task.from_row(row) for row in rows]


def current_request(task_id: int) -> str:
    """Return what was asked of a task."""
    with database.reading() as connection:
        row = connection.execute("SELECT request FROM tasks WHERE id = ?", (task_id,)).fetchone()
    return row["request"] if row else "stop"


# Deciding


def enqueue(
    connection: sqlite3.Connection,
    kind: str,
    subject: str,
    part: str = "",
    *,
    owner: str = LOCAL,
    lane: str = COMPUTING,
    reserved: int | None = None,
) -> int:
    """Put a task at the end of its queue, in a transaction of the caller; returns its id.

    One that waits or runs already stays where it is. reserved: the worker that alone may take it, as long as it lives.
    """
    places.reap(connection)
    connection.execute(
        """INSERT INTO tasks (kind, subject, part, owner, lane, place, state, reserved)
           VALUES (:kind, :subject, :part, :owner, :lane,
                   (SELECT coalesce(max(place), 0) + 1 FROM tasks WHERE lane = :lane), 'queued', :reserved)
           ON CONFLICT (kind, subject, part) DO UPDATE SET
             owner = excluded.owner, lane = excluded.lane, place = excluded.place, state = 'queued', request = '',
             requested = NULL, fraction = 0, phase = '', cause = '', reserved = excluded.reserved
           WHERE tasks.state NOT IN ('queued', 'running')""",
        {"kind": kind, "subject": subject, "part": part, "owner": owner, "lane": lane, "reserved": reserved},
    )
    where = (kind, subject, part)
    return connection.execute("SELECT id FROM tasks WHERE kind = ? AND subject = ? AND part = ?", where).fetchone()[
        "id"
    ]


def claim(worker: int, lane: str, *, only: int = 0, out_of_turn: bool = False) -> Task | None:
    """Take the next task of a lane; None where none waits, or as many run as may at once.

    only: the id of the one task that this worker waits for. out_of_turn: take that one however many wait or run.
    Whoever waits at the command line and does not respond lets the others pass.
    """
    with database.writing(durable=False) as connection:
        places.reap(connection)
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
        return _get(connection, row["id"])


def request(task_id: int, what: str) -> None:
    """Ask a task to `stop` or to `pause`. One that waits ends at once; one that runs hears of it from its worker."""
    with database.writing() as connection:
        places.reap(connection)
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
    """Let a queued task wait at that place, 1 for the next to start; the others keep their order."""
    with database.writing() as connection:
        lane = connection.execute("SELECT lane FROM tasks WHERE id = ? AND state = 'queued'", (task_id,)).fetchone()
        if lane is None:
            raise RunBusy("It does not wait in the queue, so it has no place there.")
        rows = connection.execute(
            "SELECT id, place FROM tasks WHERE state = 'queued' AND lane = ? ORDER BY place, id", (lane["lane"],)
        ).fetchall()
        order = [row["id"] for row in rows if row["id"] != task_id]
        order.insert(max(0, place - 1), task_id)
        places = sorted(row["place"] for row in rows)
        connection.executemany("UPDATE tasks SET place = ? WHERE id = ?", zip(places, order, strict=True))


# Doing


def check_lease(connection: sqlite3.Connection, task_id: int, worker: int) -> None:
    """Raise TakenOver unless this worker still is at the task."""
    row = connection.execute(
        """SELECT 1 FROM tasks JOIN workers ON workers.id = tasks.worker
           WHERE tasks.id = ? AND workers.id = ? AND state = 'running'""",
        (task_id, worker),
    ).fetchone()
    if row is None:
        raise TakenOver(
            "This work was given to another process, because this one did not respond. Nothing was changed."
        )


def tell(task_id: int, fraction: float, phase: str) -> None:
    """Say how far a task is. Guarded: only by its worker."""
    with database.writing(durable=False) as connection:
        tell_within(connection, task_id, fraction, phase)


def tell_within(connection: sqlite3.Connection, task_id: int, fraction: float, phase: str) -> None:
    """The same, in a transaction of the caller."""
    # Whoever tells hears, too, or will: only a worker that does neither is ended.
    connection.execute(
        "UPDATE tasks SET fraction = ?, phase = ?, requested = NULL WHERE id = ?", (fraction, phase, task_id)
    )


def acknowledge(task_id: int) -> None:
    """Note that the worker has heard what was asked of it."""
    with database.writing(durable=False) as connection:
        connection.execute("UPDATE tasks SET requested = NULL WHERE id = ?", (task_id,))


def finish(task_id: int, state: TaskState, cause: str = "", phase: str = "") -> None:
    """End a task. Guarded: only by its worker."""
    with database.writing() as connection:
        connection.execute(
            """UPDATE tasks SET state = ?, cause = ?, phase = ?, fraction = CASE ? WHEN 'done' THEN 1 ELSE fraction END
               WHERE id = ?""",
            (state, cause, phase, state, task_id),
        )


def give_back(task_id: int) -> None:
    """Let another worker do a task, in its old place of the queue. Guarded: only by its worker."""
    with database.writing() as connection:
        connection.execute("UPDATE tasks SET state = 'queued', phase = '', fraction = 0 WHERE id = ?", (task_id,))


def _get(connection: sqlite3.Connection, task_id: int) -> Task:
    return Task.from_row(connection.execute(f"SELECT {COLUMNS} {FROM} WHERE tasks.id = ?", (task_id,)).fetchone())
