"""Start a worker: a process of its own, so that a rerun, a closed tab or a restarted UI cannot touch it."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

from digits.errors import DigitsError
from digits.storage.home import ROOT

NICENESS = 10


def start(arguments: list[str], log: Path) -> None:
    """Run `python -m digits ARGUMENTS` detached from this process; what it prints goes to the end of `log`.

    It gives way to the pages; alone on the machine it is as fast as ever. Raises DigitsError when it cannot be started.
    """
    try:
        output = log.open("ab")
    except OSError as error:
        raise DigitsError(f"Could not start a worker: {log} cannot be written ({error.strerror}).") from error
    with output:
        process = subprocess.Popen(
            [sys.executable, "-m", "digits", *arguments],
            cwd=ROOT,  # python -m finds the package only from here
            # TensorFlow's own chatter would fill the log; errors still come through.
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _let_it_give_way(process.pid)
    # Somebody must wait for a dead child, or it stays a zombie as long as the UI lives.
    threading.Thread(target=process.wait, name=f"wait-{process.pid}", daemon=True).start()


def _let_it_give_way(pid: int) -> None:
    """Pages first: where they compete for a processor, and in who wakes up first, where the system has such a class.

    TensorFlow's threads sleep and wake all the time, and each waking may interrupt a page's; that of batch work (Linux,
    sched(7)) never does, which makes the slowest strokes of a drawing a third quicker while a network trains.
    """
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
    if hasattr(os, "SCHED_BATCH"):
        with contextlib.suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))
