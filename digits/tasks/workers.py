"""Workers: processes of their own, so that a rerun, a closed tab or a restarted server cannot disturb their work."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from digits import permissions
from digits.errors import DigitsError
from digits.permissions import Action
from digits.storage import database, deletion
from digits.storage.files import cannot_write
from digits.storage.home import ROOT, home, logs_folder
from digits.tasks import places, store, supervision
from digits.tasks.lease import clock, pid_namespace, started
from digits.tasks.task import COMPUTING, TRAINING

COMMAND = (sys.executable, "-m", "digits", "work")
NICENESS = 10
OOM_SCORE = 500  # of -1000 to 1000
SESSION_NICENESS = 10  # a tenth of another session's share: a training must also get on where others are busy
ASKED_SECONDS = 30.0  # a worker that has not noticed a request for so long is ended
SILENT_SECONDS = 3.0  # the same for one that does not even renew its lease
IDLE_SECONDS = 60.0  # a silent worker without a task is ended; no machine takes so long to start one
TERM_SECONDS = 5.0  # from SIGTERM to SIGKILL
NO_AVX = "This processor lacks the AVX instructions that TensorFlow needs. Train on another machine."
KILLED = "It was killed or it crashed, mostly because the memory was full. Close other programs, then continue it."
CAUSES = {signal.SIGILL: NO_AVX} | dict.fromkeys(
    (signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS), KILLED
)


def submit(kind: str, subject: str, part: str = "", *, owner: str = store.LOCAL, lane: str = COMPUTING) -> None:
    """Queue a task, which a worker does when its turn comes. Raises DigitsError if it cannot be queued or started."""
    permissions.demand(Action.CREATE, owner)
    with database.writing() as connection:
        store.enqueue(connection, kind, subject, part, owner=owner, lane=lane)
    look_after()


def look_after() -> None:
    """Note which workers have ended, end those that hang and were asked to stop, and start those that tasks wait for.

    Any process may call it at any time; the server does so every second. Raises DigitsError.
    """
    if supervision.needs_care():
        _end_overdue()
        with database.writing(durable=False) as connection:
            supervision.reap(connection)
            wanted = places.lanes_to_serve(connection)
            started_for = [(places.add_worker(connection, lane, foreground=False), lane) for lane in wanted]
        for worker, lane in started_for:
            _start(worker, lane)
    deletion.collect()


def warm_up() -> None:
    """Start a worker for trainings that loads its library ahead, unless there is one. Raises DigitsError."""
    with database.reading() as connection:
        if places.num_workers(connection, TRAINING):
            return
    with database.writing(durable=False) as connection:
        supervision.reap(connection)
        if places.num_workers(connection, TRAINING) >= places.capacity(TRAINING):
            return
        worker = places.add_worker(connection, TRAINING, foreground=False)
    _start(worker, TRAINING, "--warm")


def stop(task_id: int, what: str = "stop") -> None:
    """Ask a task to `stop` or `pause`; if its worker does not respond, it is ended. Raises NotAllowed."""
    store.request(task_id, what)
    look_after()


def _start(worker: int, lane: str, *options: str) -> None:
    """Start a worker detached from this process; what it prints is added to a log."""
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
    if os.environ.get("DIGITS_GIVE_WAY") != "0":
        _let_it_give_way(process.pid)
    # Somebody must wait for a dead child, or it stays a zombie as long as this process lives.
    threading.Thread(target=_await_end, args=(process, worker), name=f"wait-{process.pid}", daemon=True).start()


def _await_end(process: subprocess.Popen, worker: int) -> None:
    if cause := CAUSES.get(-process.wait()):
        with contextlib.suppress(DigitsError):  # the task counts as lost without it, too
            supervision.explain_end(worker, cause)


def _let_it_give_way(pid: int) -> None:
    """Let a worker give way to the pages: for processor time, in waking up, and in memory, as far as the system can.

    TensorFlow's threads sleep and wake all the time, and each waking may interrupt a page. Idle work (Linux, sched(7))
    never does, and a page that wakes takes its processor at once (docs/serving.md). Where Linux groups
    processes by session (autogroup), a niceness counts only within the session, and a worker has one of its own: then
    the whole group has to be nice. Where memory runs out, Linux ends a worker before the server, whose score is 0.
    """
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text(str(OOM_SCORE))
    with contextlib.suppress(OSError):  # a container may forbid it, or the process has ended already
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
        if hasattr(os, "SCHED_IDLE"):
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        if (group := Path(f"/proc/{pid}/autogroup")).exists():
            group.write_text(str(SESSION_NICENESS))


def _end_overdue() -> None:
    """End the workers that were asked and do not respond: first by SIGTERM, then by SIGKILL."""
    for lease, sent, when in supervision.overdue(ASKED_SECONDS, SILENT_SECONDS, IDLE_SECONDS):
        if lease.pid is None or lease.pid_namespace != pid_namespace() or started(lease.pid) != lease.pid_started:
            continue
        if not sent:
            name = "SIGTERM"
        elif sent == "SIGTERM" and clock() - when > TERM_SECONDS:
            name = "SIGKILL"
        else:
            continue
        supervision.note_signal(lease.worker, name)
        with contextlib.suppress(OSError):
            os.kill(lease.pid, signal.Signals[name])
