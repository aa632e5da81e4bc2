"""Real processes to be harmed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from digits.errors import DigitsError
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.storage import database
from digits.storage.home import ROOT
from tests.browser.conftest import wait_until_up
from tests.tasks.conftest import hang

KILL = "import os, signal; kill = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
"""Gives harmful code a `kill`, to be put in the place of any function."""

WORK = """
import os, sys
from digits.commands.worker import HANDLERS
from digits.storage import database
from digits.tasks import places, serve
{harm}
with database.writing() as connection:
    place = places.add_worker(connection, sys.argv[1], foreground=False, pid=os.getpid())
serve(place, sys.argv[1], HANDLERS)
"""

IDLE = """
import time
from digits.tasks import Interrupted, TaskState
def idle(work, run_id, part):
    began = time.monotonic()
    while not work.request:
        work.tell((time.monotonic() - began) / 1000, "Training")
        time.sleep(0.02)
    raise Interrupted(TaskState.PAUSED if work.request == "pause" else TaskState.STOPPED)
HANDLERS["train"] = idle
"""
"""In the place of a training: holds the device until it is asked to end, and needs no TensorFlow."""


QUICK_EPOCHS = """
import tests.faults.quick_engine
from digits.training import checkpoints
checkpoints.PAUSE_SECONDS = 0
"""
"""In the place of TensorFlow, with a checkpoint after every epoch."""


@pytest.fixture
def worker(python):
    """worker(harm, lane) does what waits in a lane; first it runs the code `harm`, which knows HANDLERS."""
    return lambda harm="", lane="training": python(KILL + WORK.format(harm=harm), lane)


@pytest.fixture(autouse=True)
def no_worker_outlives_its_test(digits_home):
    """Workers are detached from whoever started them, so nobody else would end them."""
    yield
    for process in workers_of(digits_home):
        with contextlib.suppress(psutil.Error):
            process.kill()


def workers_of(home: Path) -> list[psutil.Process]:
    """Return the processes that Digits has started itself for this DIGITS_HOME."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if "work" in process.cmdline()[3:4] and process.environ().get("DIGITS_HOME") == str(home):
                found.append(process)
    return found


@pytest.fixture
def harmed_workers(tmp_path, monkeypatch):
    """harmed_workers(harm): every worker that Digits starts itself from now on first runs that code."""

    def harmed_workers(harm: str) -> None:
        folder = tmp_path / "site"
        folder.mkdir(exist_ok=True)
        code = f"from digits.commands.worker import HANDLERS\n{KILL}{harm}"
        text = f"import sys\nif 'work' in sys.orig_argv:\n    sys.path.insert(0, {str(ROOT)!r})\n    exec({code!r})\n"
        (folder / "sitecustomize.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return harmed_workers


@contextlib.contextmanager
def serving(home: Path, **environment: str):
    """`streamlit run app.py` with that DIGITS_HOME, and nobody who opens a page; yields its process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)], cwd=ROOT,
        env={**os.environ, **environment, "DIGITS_HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        # Under nohup the tests, and what they start, would not hear it.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )  # fmt: skip
    try:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield process
    finally:
        process.kill()
        process.wait()


def suspend(process: subprocess.Popen | psutil.Process, seconds: float = 100.0) -> None:
    """Stop a process as Ctrl-Z or a hang would, and let its lease look as it does after so many seconds."""
    hang(process.pid)
    with database.writing() as connection:
        connection.execute("UPDATE workers SET renewed = renewed - ? WHERE pid = ?", (seconds, process.pid))


def at_once(*actions):
    """Do some things at the same moment; returns what each returned, or the DigitsError that it raised."""
    said, ready = [None] * len(actions), threading.Barrier(len(actions))

    def act(place):
        ready.wait()
        try:
            said[place] = actions[place]()
        except DigitsError as error:
            said[place] = error

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


@pytest.fixture
def run(with_sample):
    """A queued run of the smallest network, with more epochs than any test has time for."""
    return runs.create(make_settings(architecture="linear", epochs=1000))
