"""Doing tasks: in a worker, one after the other, or one at the command line."""

import contextlib
import contextvars
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping

from digits.errors import DigitsError, RunBusy
from digits.progress import Progress, to_nobody
from digits.storage import database
from digits.tasks import claims, places, store, supervision, workers
from digits.tasks.lease import clock
from digits.tasks.signals import Signals
from digits.tasks.task import COMPUTING, TRAINING, TRIALS, Task, TaskState
from digits.tasks.work import LOOK_SECONDS, Handler, Unsuited, Work, carry_out

WARM_SECONDS = 600.0  # a warm worker ends when it has been idle for so long
TRIALS_SECONDS = 15.0  # the same for one that does trials: a search needs a moment to choose the next
CLAIM_SECONDS = 1.0  # after which an idle worker asks for a task even if nothing has changed
QUICK_SECONDS = 0.01  # between two looks whether anything has, just after a task; then twice as long each time


def serve(worker: int, lane: str, handlers: Mapping[str, Handler], *, warm: Callable[[], None] | None = None) -> None:
    """Do the tasks of a lane, one after the other; end when none waits, or, if warm, after ten idle minutes.

    A worker for trials waits some seconds, because the next trial depends on the last.

    A signal pauses the task and ends this worker. What waits then waits until somebody looks after it, because the
    machine may be shutting down. warm: loads what the first task will need.
    """
    if not places.identify(worker, os.getpid()):
        return  # it started so slowly that its place was given away
    signals, patience = Signals(), WARM_SECONDS if warm else TRIALS_SECONDS if lane == TRIALS else 0.0
    with signals.heard(in_foreground=False), renewed(worker) as has_place, database.kept_open() as has_changed:
        if warm:
            try:
                warm()
            except Exception:  # the first task will report it
                traceback.print_exc()
        idle_since, pause = clock(), QUICK_SECONDS
        while has_place() and not signals.request:
            if task := claims.claim(worker, lane):
                if not _attempt(Work(task, signals=signals), worker, handlers.get(task.kind, _unknown)):
                    break
                if places.is_at_work(worker):
                    return  # it could not note how its task ended, as on a full disk; the end of this process tells
                idle_since, pause = clock(), QUICK_SECONDS
            elif clock() - idle_since >= patience and places.leave_if_idle(worker, lane):
                return
            else:
                asked, pause = clock(), min(2 * pause, LOOK_SECONDS)
                time.sleep(pause)
                while not (has_changed() or signals.request or clock() - asked > CLAIM_SECONDS):
                    time.sleep(pause)
    places.remove_worker(worker)
    if not signals.request:  # whoever ends a worker may be ending all of them
        workers.look_after()


def _attempt(work: Work, worker: int, handler: Handler) -> bool:
    """Do a task. Return False if this process cannot, because of what it has loaded."""
    try:
        carry_out(work, worker, handler)
    except Unsuited:
        return False
    except Exception:  # it is in the task's cause and in the log
        pass
    return True


def do_now(
    kind: str,
    subject: str,
    part: str,
    handler: Handler,
    *,
    lane: str = COMPUTING,
    on_progress: Progress = to_nobody,
) -> Task:
    """Do a task in this process; a training waits for its turn first. Return the task as it ended.

    Ctrl-C asks it to stop, also while it waits; a second one ends it at once; SIGTERM and SIGHUP ask it to pause.
    Raises RunBusy if another process does it, and what the handler raises; KeyboardInterrupt after a second Ctrl-C.
    """
    signals = Signals()
    with signals.heard(in_foreground=True):  # before anybody can see the task in the queue
        with database.writing() as connection:
            supervision.reap(connection)
            worker = places.add_worker(connection, lane, foreground=True, pid=os.getpid())
            task_id = store.enqueue(connection, kind, subject, part, lane=lane, reserved=worker)
            connection.execute("UPDATE tasks SET reserved = ? WHERE id = ? AND state = 'queued'", (worker, task_id))
        work = Work(store.find(kind, subject, part), on_progress, signals)
        try:
            with renewed(worker):
                if _await_turn(work, worker, lane):
                    carry_out(work, worker, handler)
        finally:
            with contextlib.suppress(DigitsError):  # the next process does it
                places.remove_worker(worker)
                workers.look_after()
    return store.find(kind, subject, part)


@contextlib.contextmanager
def renewed(worker: int) -> Iterator[Callable[[], bool]]:
    """Inside, a thread renews the lease every second, so that a worker that hangs is known by its silence.

    Yields a function that returns whether this worker still has its place.
    """
    ended, lost = threading.Event(), threading.Event()

    def renew() -> None:
        while not ended.wait(1.0):
            with contextlib.suppress(DigitsError):  # the next change reports a full disk
                if not places.renew(worker):
                    lost.set()

    thread = threading.Thread(target=contextvars.Context().run, args=(renew,), name="renew-lease", daemon=True)
    thread.start()
    try:
        with database.kept_open():
            yield lambda: not lost.is_set()
    finally:
        ended.set()
        thread.join()


def _await_turn(work: Work, worker: int, lane: str) -> bool:
    """Wait until the task may run. Return False if somebody took it out of the queue meanwhile."""
    while not work.signals.request:
        # Only the device is scarce: work at the command line does not wait for what pages asked for.
        if claims.claim(worker, lane, only=work.task.id, out_of_turn=lane != TRAINING):
            return True
        now = next((task for task in store.unfinished() if task.id == work.task.id), None)
        if now is None:
            return False
        if now.state == TaskState.RUNNING:
            raise RunBusy("Another process is doing this already. Wait for it.")
        work.on_progress(0.0, now.phase or "Waiting: another run is using the device")
        time.sleep(0.3)
    store.request(work.task.id, work.signals.request)
    return False


def _unknown(work: Work, subject: str, part: str) -> None:
    raise DigitsError("The worker belongs to another version of Digits. Try again.")
