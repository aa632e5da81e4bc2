"""What a task needs of the machine's memory, and how much is free: a task begins only where it fits.

A worker that the system kills for want of memory loses its work, and may take the server along.
"""

import sqlite3
from pathlib import Path

import psutil

from digits.tasks.lease import clock, pid_namespace, started
from digits.tasks.task import TRAINING, TRIALS

GB = 2**30
NEEDS = dict.fromkeys(("train", "complete", "build", "audit", "export", "prepare"), 1.1) | {"map": 0.5}
"""GB that a worker takes at most for a task of a kind, measured for some (docs/serving.md): most load TensorFlow."""
OTHERS = 0.3
"""The same for all other kinds."""
LACKING_SECONDS = 300.0  # so long a task waits for memory that other programs hold
OWN_GROUPS = Path("/proc/self/cgroup")
CGROUPS = Path("/sys/fs/cgroup")
UNLIMITED = 2**60  # cgroups say "no limit" by a number beyond any memory


def needed(kind: str) -> int:
    """Return how many bytes a task of that kind takes at most."""
    return int(NEEDS.get(kind, OTHERS) * GB)


def total() -> int:
    """Return the bytes of memory that processes here may take in all: the machine's, or less within a container."""
    return min(psutil.virtual_memory().total, *(limit for limit, _ in _cgroups()), UNLIMITED)


def free(connection: sqlite3.Connection) -> int:
    """Return the bytes that are free, less those that tasks at work have not taken yet but will."""
    left = (limit - used for limit, used in _cgroups())
    rows = connection.execute(
        "SELECT kind, workers.* FROM tasks JOIN workers ON workers.id = worker WHERE state = 'running'"
    ).fetchall()
    promised = sum(max(0, needed(row["kind"]) - _taken(row)) for row in rows)
    return min(psutil.virtual_memory().available, *left, UNLIMITED) - promised


def own() -> int:
    """Return the bytes that this process has taken."""
    return psutil.Process().memory_info().rss


def waits(connection: sqlite3.Connection, task_id: int, lane: str, wanted: int, found: int) -> bool:
    """Note that a task whose turn has come lacks memory. Return False if that cannot change, so that it has failed.

    It fails at once where even the whole memory is too small, and after five minutes where all of Digits' own workers
    together hold too little of what is missing.
    """
    now = clock()
    connection.execute(
        "UPDATE tasks SET lacking = NULL, phase = '' WHERE lane = ? AND lacking IS NOT NULL AND id != ?",
        (lane, task_id),
    )
    connection.execute("UPDATE tasks SET lacking = ? WHERE id = ? AND lacking IS NULL", (now, task_id))
    since = connection.execute("SELECT lacking FROM tasks WHERE id = ?", (task_id,)).fetchone()["lacking"]
    said = f"it needs about {wanted / GB:.1f} GB of memory, and {max(found, 0) / GB:.1f} GB are free"
    if wanted > total():
        cause = (
            f"It needs about {wanted / GB:.1f} GB of memory, and there are only {total() / GB:.1f} GB. Ask whoever "
            "runs this server for more."
        )
    elif now - since > LACKING_SECONDS and found + _held(connection, lane) < wanted:
        cause = f"Other programs hold the memory: {said}. Close some of them and try again."
    else:
        connection.execute(
            "UPDATE tasks SET phase = ? WHERE id = ? AND phase != ?", (phase := f"Waiting: {said}", task_id, phase)
        )
        return True
    connection.execute("UPDATE tasks SET state = 'failed', cause = ?, phase = '' WHERE id = ?", (cause, task_id))
    return False


def _held(connection: sqlite3.Connection, lane: str) -> int:
    """Return the bytes of the workers that will end some time. A sweep ends only after its trials."""
    rows = connection.execute("SELECT * FROM workers").fetchall()
    return sum(_taken(row) for row in rows if (lane, row["lane"]) != (TRIALS, TRAINING))


def _taken(worker: sqlite3.Row) -> int:
    """Return the bytes that a worker has taken; nobody can see into another container."""
    pid = worker["pid"]
    if pid is None or worker["pid_namespace"] != pid_namespace() or started(pid) != worker["pid_started"]:
        return 0
    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0


def _cgroups() -> list[tuple[int, int]]:
    """Return (limit, used) in bytes of each control group that holds this process and has a limit (Linux).

    Pages that the system can drop at any time, of files that nobody reads now, do not count as used.
    """
    try:
        lines = OWN_GROUPS.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            root, names = CGROUPS, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            root, names = CGROUPS / "memory", ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        inner = root / path.lstrip("/")  # within a container that may name a folder that only the host has
        for folder in (inner, *inner.parents):
            found += _limit(folder, *names)
            if folder == root:
                break
    return found


def _limit(folder: Path, limit: str, used: str, droppable: str) -> list[tuple[int, int]]:
    try:
        most = (folder / limit).read_text().strip()
        if most == "max" or int(most) >= UNLIMITED:
            return []
        rows = (line.split() for line in (folder / "memory.stat").read_text().splitlines())
        dropped = next((int(value) for name, value in rows if name == droppable), 0)
        return [(int(most), int((folder / used).read_text()) - dropped)]
    except (OSError, ValueError):
        return []
