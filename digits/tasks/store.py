"""The tasks and their workers in the database. What several processes decide at once is decided in one transaction."""

import os
import sqlite3

from digits.errors import BadConfig, RunBusy, TakenOver
from digits.storage import database
from digits.tasks.lease import SILENT_SECONDS, Lease, boot_id, clock, pid_namespace, started
from digits.tasks.task import COLUMNS, COMPUTING, LOST, TRAINING, Task, TaskState, outcome

FROM = "FROM tasks LEFT JOIN workers ON workers.id = tasks.worker"
LOCAL = "local"
"""The owner of what nobody in a browser asked for."""
NUM_COMPUTING = 2  # besides the trainings, which DIGITS_TRAININGS counts


def capacity(lane: str) -> int:
    """Return how many tasks of a lane run at once. Raises BadConfig."""
    if lane == COMPUTING:
        return NUM_COMPUTING
    text = os.environ.get("DIGITS_TRAININGS", "1")
    if not text.isdecimal() or not int(text):
        raise BadConfig(f"DIGITS_TRAININGS is {text!r}; expected how many runs may train at once, such as 1.")
    return int(text)


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
    reap(connection)
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
        reap(connection)
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
                "capacity": capacity(lane),
                "lately": clock() - SILENT_SECONDS,
            },
        ).fetchone()
        if row is None:
            return None
        return _get(connection, row["id"])


def request(task_id: int, what: str) -> None:
    """Ask a task to `stop` or to `pause`. One that waits ends at once; one that runs hears of it from its worker."""
    with database.writing() as connection:
        reap(connection)
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


# Looking after


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


def is_at_work(worker: int) -> bool:
    """Return whether a task still counts as being done by this worker."""
    with database.reading() as connection:
        row = connection.execute("SELECT 1 FROM tasks WHERE worker = ? AND state = 'running'", (worker,)).fetchone()
    return row is not None


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


def num_workers(connection: sqlite3.Connection, lane: str) -> int:
    """Return how many workers serve a lane."""
    row = connection.execute("SELECT count(*) AS n FROM workers WHERE lane = ? AND NOT foreground", (lane,))
    return row.fetchone()["n"]


def needs_care() -> bool:
    """Return whether anything waits, runs or serves; otherwise there is nothing to look after."""
    with database.reading() as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM workers) OR EXISTS (SELECT 1 FROM tasks WHERE state IN ('queued', 'running'))"
        ).fetchone()
    return bool(row[0])


def _get(connection: sqlite3.Connection, task_id: int) -> Task:
    return Task.from_row(connection.execute(f"SELECT {COLUMNS} {FROM} WHERE tasks.id = ?", (task_id,)).fetchone())


def _lease(row: sqlite3.Row) -> Lease:
    return Lease(row["id"], row["boot_id"], row["pid_namespace"], row["pid"], row["pid_started"], row["renewed"])
