"""Workers: processes of their own, so that a rerun, a closed tab or a restarted server cannot touch their work."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

from digits.errors import DigitsError
from digits.storage import database, deletion
from digits.storage.files import cannot_write
from digits.storage.home import ROOT, home, logs_folder
from digits.tasks import places, store
from digits.tasks.lease import clock, pid_namespace, started
from digits.tasks.task import COMPUTING, TRAINING

COMMAND = (sys.executable, "-m", "digits", "work")
NICENESS = 10
ASKED_SECONDS = 30.0  # a worker that has not heard a request for so long is ended
SILENT_SECONDS = 3.0  # so soon, where it does not even renew its lease
IDLE_SECONDS = 60.0  # a silent one that has nothing to do; no machine takes so long to start it
TERM_SECONDS = 5.0  # from SIGTERM to SIGKILL
NO_AVX = "This processor lacks the AVX instructions that TensorFlow needs. Train on another machine."
KILLED = "Its worker was killed; most often the machine had no memory left. Close other programs and continue it."


def submit(kind: str, subject: str, part: str = "", *, owner: str = store.LOCAL, lane: str = COMPUTING) -> None:
    """Queue a task and let a worker do it in its turn. Raises DigitsError where it cannot be queued or started."""
    with database.writing() as connection:
        store.enqueue(connection, kind, subject, part, owner=owner, lane=lane)
    look_after()


def look_after() -> None:
    """Bring everything in order: what vanished is said, what hangs is ended if asked for, what waits gets its worker.

    Any process may call it at any time; the server does every second. Raises DigitsError.
    """
    if places.needs_care():
        _end_overdue()
        with database.writing(durable=False) as connection:
            places.reap(connection)
            wanted = places.lanes_to_serve(connection)
            started_for = [(places.add_worker(connection, lane, foreground=False), lane) for lane in wanted]
        for worker, lane in started_for:
            _start(worker, lane)
    deletion.collect()


def warm_up() -> None:
    """Let one worker for trainings load its library ahead, if there is none. Raises DigitsError."""
    with database.reading() as connection:
        if places.num_workers(connection, TRAINING):
            return
    with database.writing(durable=False) as connection:
        places.reap(connection)
        if places.num_workers(connection, TRAINING) >= places.capacity(TRAINING):
            return
        worker = places.add_worker(connection, TRAINING, foreground=False)
    _start(worker, TRAINING, "--warm")


def stop(task_id: int, what: str = "stop") -> None:
    """Ask a task to `stop` or `pause`; its worker is ended if it does not respond."""
    store.request(task_id, what)
    look_after()


def _start(worker: int, lane: str, *options: str) -> None:
    """Start a worker detached from this process; what it prints goes to the end of a log."""
    log = logs_folder() / f"{lane}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*COMMAND, str(worker), lane, *options],
                cwd=ROOT,  # python -m finds the package only from here
                # TensorFlow's own chatter would fill the log; errors still come through.
                env={**os.environ, "DIGITS_HOME": str(home()), "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
    except OSError as error:
        places.remove_worker(worker)
        raise cannot_write(log, error) from error
    places.identify(worker, process.pid)  # now, so that its end is seen even if it dies before its first word
    _let_it_give_way(process.pid)
    # Somebody must wait for a dead child, or it stays a zombie as long as this process lives.
    threading.Thread(target=_await_end, args=(process, worker), name=f"wait-{process.pid}", daemon=True).start()


def _await_end(process: subprocess.Popen, worker: int) -> None:
    code = process.wait()
    cause = {-signal.SIGILL: NO_AVX, -signal.SIGKILL: KILLED}.get(code)
    if cause:
        with contextlib.suppress(DigitsError):  # it is only to say more exactly why
            places.explain_end(worker, cause)


def _let_it_give_way(pid: int) -> None:
    """Pages first: where they compete for a processor, and in who wakes up first, where the system has such a class.

    TensorFlow's threads sleep and wake all the time, and each waking may interrupt a page's; that of batch work (Linux,
    sched(7)) never does, which makes the slowest strokes of a drawing a third quicker while a network trains.
    """
    with contextlib.suppress(OSError):  # a container may forbid it; or the process has ended already
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
        if hasattr(os, "SCHED_BATCH"):
            os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))


def _end_overdue() -> None:
    """End the workers that were asked and do not answer: first SIGTERM, then SIGKILL."""
    for lease, sent, when in places.overdue(ASKED_SECONDS, SILENT_SECONDS, IDLE_SECONDS):
        if lease.pid is None or lease.pid_namespace != pid_namespace() or started(lease.pid) != lease.pid_started:
            continue
        if not sent:
            name = "SIGTERM"
        elif sent == "SIGTERM" and clock() - when > TERM_SECONDS:
            name = "SIGKILL"
        else:
            continue
        places.note_signal(lease.worker, name)
        with contextlib.suppress(OSError):
            os.kill(lease.pid, signal.Signals[name])
