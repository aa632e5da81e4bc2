"""Workers that are started, and processes that stand for them."""

import contextlib
import os
import signal
import subprocess
import sys

import psutil
import pytest

from digits.errors import StoreUnavailable
from digits.storage import database
from digits.tasks import COMPUTING, places, workers
from tests.conftest import wait_until


@pytest.fixture
def started(digits_home, monkeypatch):
    """The lanes and options of the workers that would have been started; none is."""
    found = []
    monkeypatch.setattr(workers, "_start", lambda worker, lane, *options: found.append((lane, *options)))
    return found


@pytest.fixture
def serving(digits_home, monkeypatch):
    """Workers that are started do the tasks of serving.py. Returns their processes; none outlives the test."""
    found = []
    popen = subprocess.Popen

    def start(*arguments, **options):
        found.append(popen(*arguments, **options))
        return found[-1]

    monkeypatch.setattr(workers, "COMMAND", (sys.executable, "-m", "tests.tasks.serving"))
    monkeypatch.setattr(workers.subprocess, "Popen", start)
    yield found
    for process in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: all(process.poll() is not None for process in found))


@pytest.fixture
def bystander():
    """bystander() starts a process that does nothing, to stand for a worker."""
    with contextlib.ExitStack() as processes:

        def bystander():
            process = subprocess.Popen(["sleep", "100"])
            processes.callback(process.wait)
            processes.callback(process.kill)
            return process

        yield bystander


def hang(pid):
    """Stop a process in a moment in which it does not hold the database, which nobody could use then."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(database, "WAIT_SECONDS", 0.2)
                with database.writing():
                    return
        except StoreUnavailable:
            os.kill(pid, signal.SIGCONT)


def add_worker(pid=None, lane=COMPUTING, foreground=False):
    """Give this process, or another one, a place; returns the generation number."""
    with database.writing() as connection:
        return places.add_worker(connection, lane, foreground=foreground, pid=pid or os.getpid())


def notes(home):
    """What the tasks of tests/tasks/serving.py wrote: (did what, to which subject, in which process)."""
    file = home / "notes"
    return [tuple(line.split()) for line in file.read_text().splitlines()] if file.exists() else []
