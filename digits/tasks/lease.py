"""Which process works at a task, and whether it has ended.

A pid names different processes over time and in containers. So it comes with the boot of the machine, the pid namespace
and the moment in which the process started (Linux, proc(5)). CLOCK_BOOTTIME measures the time: nobody can set it back,
and it runs while a laptop sleeps.
"""

import sqlite3
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import psutil

SILENT_SECONDS = 10.0  # a lease is renewed every second; after so many without, its worker is not responding
FOREIGN_SECONDS = 60.0  # nobody can look at a process of another container: silent for so long, it counts as gone


@dataclass(frozen=True)
class Lease:
    """What the database knows about a worker."""

    COLUMNS: ClassVar = ("boot_id", "pid_namespace", "pid", "pid_started", "renewed")

    worker: int
    """The generation number."""
    boot_id: str
    pid_namespace: str
    pid: int | None
    """None until the process has been started."""
    pid_started: str | None
    renewed: float
    """The time of `clock`."""

    @classmethod
    def from_row(cls, row: sqlite3.Row, prefix: str = "") -> "Lease":
        """Return the lease in a row of the table workers, whose columns may have been given a prefix."""
        return cls(row[f"{prefix}id"], **{name: row[f"{prefix}{name}"] for name in cls.COLUMNS})

    @property
    def is_responding(self) -> bool:
        """Whether the lease was renewed lately."""
        return clock() - self.renewed < SILENT_SECONDS

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone, so that its work is lost."""
        if self.boot_id != boot_id():
            return True
        if self.pid is None or self.pid_namespace != pid_namespace():
            return clock() - self.renewed > FOREIGN_SECONDS
        now = started(self.pid)
        return now is None or now != self.pid_started


def clock() -> float:
    """Return the seconds since the machine started, sleep included."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@cache
def boot_id() -> str:
    """Return the id that the machine got when it started."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return str(int(psutil.boot_time()))


def pid_namespace() -> str:
    """Return the id of the pid namespace: a pid means something only within one, and each container has its own."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def started(pid: int) -> str | None:
    """Return when the process with that pid started, in units of the system; None if it has ended.

    A zombie has ended: it only waits until its parent asks how.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]  # state and starttime, fields 3 and 22 of proc(5)
    except (ProcessLookupError, FileNotFoundError):
        if Path("/proc/self/stat").exists():
            return None
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except psutil.Error:
        return None
