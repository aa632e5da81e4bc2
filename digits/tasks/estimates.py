"""Where a task stands in its queue, and in about how many seconds it begins."""

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from digits.storage import database
from digits.tasks import places, turns
from digits.tasks.lease import clock
from digits.tasks.task import Task


@dataclass(frozen=True)
class Place:
    """A place in a queue."""

    number: int
    """1 for the next to begin."""
    total: int
    """How many wait."""
    seconds: float | None
    """Until it begins, an estimate; None if one before it takes an unknown time."""


def place(task: Task, left: Mapping[int, float] | None = None) -> Place | None:
    """Return the place of a task; None if it does not wait any more.

    left: the seconds of work that are left of some tasks, by id, from who knows more of them. Otherwise a task takes as
    long as those of its kind took in the median.
    """
    with database.reading() as connection:
        waiting = connection.execute(
            f"SELECT tasks.id, kind FROM queue JOIN tasks ON tasks.id = queue.id WHERE queue.lane = ? {turns.ORDER}",
            (task.lane,),
        ).fetchall()
        running = connection.execute(
            "SELECT id, kind, began FROM tasks WHERE state = 'running' AND lane = ?", (task.lane,)
        ).fetchall()
        done = connection.execute(
            "SELECT kind, seconds FROM tasks WHERE lane = ? AND seconds IS NOT NULL ORDER BY began DESC LIMIT 100",
            (task.lane,),
        ).fetchall()
    known, now = left or {}, clock()

    def seconds(row, elapsed: float = 0.0) -> float:
        took = [other["seconds"] for other in done if other["kind"] == row["kind"]]
        return known.get(row["id"], max(median(took) - elapsed, 0.0) if took else math.inf)

    capacity = places.capacity(task.lane)
    ends = sorted(seconds(row, now - (row["began"] or now)) for row in running)
    ends = ends[max(0, len(ends) - capacity) :]
    ends = [0.0] * (capacity - len(ends)) + ends  # a heap: when each place is free
    for number, row in enumerate(waiting, start=1):
        begins = ends[0]
        if row["id"] == task.id:
            return Place(number, len(waiting), begins if math.isfinite(begins) else None)
        heapq.heapreplace(ends, begins + seconds(row))
    return None
