"""Whose turn it is. Turns go round by person: who began longest ago is next, and of a person the first in place.

While a class is open, each person may have only so many tasks at once. LOCAL, the machine's own, always may.
"""

import sqlite3
from collections import Counter

from digits import classes
from digits.errors import QueueFull
from digits.permissions import LOCAL
from digits.tasks import memory
from digits.tasks.lease import SILENT_SECONDS, clock
from digits.tasks.task import TRIALS

MAX_RUNNING, MAX_WAITING = 1, 3  # tasks of a person in a lane while a class is open

ORDER = "ORDER BY queue.round, queue.turn, queue.first, queue.id"
"""Of the view `queue`: the next task to begin first."""
PAUSED = """SELECT members.id FROM members JOIN classes ON classes.id = class
  WHERE role = 'pupil' AND paused AND closed IS NULL"""
"""The pupils of a class that its teacher has paused: their tasks wait."""


def is_limited(owner: str, lane: str) -> bool:
    """Return whether a person may have only so much in a lane. The trials of a sweep are part of one task."""
    return owner != LOCAL and lane != TRIALS and bool(classes.opened())


def check_room(connection: sqlite3.Connection, owner: str, lane: str) -> None:
    """Raise QueueFull if a person has as many tasks waiting in a lane as they may."""
    if is_limited(owner, lane):
        condition = "state = 'queued' AND owner = ? AND lane = ?"
        waiting = connection.execute(f"SELECT count(*) FROM tasks WHERE {condition}", (owner, lane)).fetchone()[0]
        if waiting >= MAX_WAITING:
            raise QueueFull(f"You have {waiting} in the queue already. Cancel one, or wait until the next has started.")


def due(connection: sqlite3.Connection, lane: str, num_free: int, *, own: int = 0) -> list[sqlite3.Row]:
    """Return {id, reserved} of the waiting tasks that may begin now, at most `num_free`, the first one first.

    own: bytes that the asking process has taken already. Who has as many at work as they may, and a process at the
    command line that waits and does not respond, let the others pass. Nobody passes a task that waits for memory.
    """
    rows = connection.execute(
        f"""SELECT tasks.id, kind, owner, reserved FROM queue JOIN tasks ON tasks.id = queue.id
            WHERE queue.lane = ? AND (reserved IS NULL OR reserved IN (SELECT id FROM workers WHERE renewed > ?))
              AND owner NOT IN ({PAUSED})
            {ORDER}""",
        (lane, clock() - SILENT_SECONDS),
    ).fetchall()
    if not rows or num_free < 1:
        return []
    running = connection.execute("SELECT owner FROM tasks WHERE state = 'running' AND lane = ?", (lane,))
    at_work = Counter(row["owner"] for row in running)
    free = memory.free(connection) + own
    found: list[sqlite3.Row] = []
    for row in rows:
        if at_work[row["owner"]] >= MAX_RUNNING and is_limited(row["owner"], lane):
            continue
        needed = memory.needed(row["kind"])
        if needed > free:
            if found or memory.waits(connection, row["id"], lane, needed, free):
                break
            continue  # it can never begin here, and has failed
        free -= needed
        at_work[row["owner"]] += 1
        found.append(row)
        if len(found) == num_free:
            break
    return found


def note(connection: sqlite3.Connection, owner: str, lane: str) -> None:
    """Note that a task of this person begins."""
    connection.execute(
        """INSERT INTO turns (lane, owner, turn)
           VALUES (:lane, :owner, (SELECT coalesce(max(turn), 0) + 1 FROM turns WHERE lane = :lane))
           ON CONFLICT (lane, owner) DO UPDATE SET turn = excluded.turn""",
        {"lane": lane, "owner": owner},
    )
