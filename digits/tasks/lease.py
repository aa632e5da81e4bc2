"""Who is at a task: which process, told from every other one, and whether it has ended.

A pid alone names different processes in time and in containers, so it comes with the boot of the machine, the pid
namespace and the moment in which the process started (Linux, proc(5)). Time runs by CLOCK_BOOTTIME: nobody can set it
back, and it goes on while a laptop sleeps.
"""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

SILENT_SECONDS = 10.0  # a lease is renewed every second; after so many without, its worker is not responding
FOREIGN_SECONDS = 60.0  # a process of another container cannot be looked at: after so much silence it counts as gone


@dataclass(frozen=True)
class Lease:
    """What is known of a worker."""

    worker: int
    """The generation number."""
    boot_id: str
    pid_namespace: str
    pid: int | None
    """None for the moment between its place in the queue and its start."""
    pid_started: str | None
    renewed: float
    """By `clock`."""

    @property
    def is_responding(self) -> bool:
        """Whether it has renewed its lease lately."""
        return clock() - self.renewed < SILENT_SECONDS

    @property
    def has_ended(self) -> bool:
        """Whether its process is gone, so that its work is lost."""
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
    """Return what names this run of the machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return str(int(psutil.boot_time()))


def pid_namespace() -> str:
    """Return what names the world in which a pid means something: another container has its own."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def started(pid: int) -> str | None:
    """Return when the process with that pid started, in units of the system; None when it has ended.

    A zombie has ended: it only waits for somebody to ask how.
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
