"""Doing tasks: a worker takes one after the other, says how far it is, and hears what is asked of it."""

import contextlib
import contextvars
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from digits.errors import DigitsError, RunBusy, TakenOver
from digits.storage import database
from digits.tasks import places, store, workers
from digits.tasks.lease import clock
from digits.tasks.task import COMPUTING, TRAINING, Task, TaskState

TELL_SECONDS = 0.5  # at most two reports a second
LOOK_SECONDS = 0.1  # an idle worker looks for work so often
WARM_SECONDS = 600.0  # a warm worker ends when it has been idle for so long
REQUESTS = {"stop": TaskState.STOPPED, "pause": TaskState.PAUSED}


class Interrupted(Exception):
    """Somebody asked the task to end here; holds the state that it ends in."""

    def __init__(self, state: TaskState):
        super().__init__(state)
        self.state = state


class Unsuited(Exception):
    """This process cannot do the task, and a fresh one can: what it has loaded is there to stay."""


class Signals:
    """What signals asked this process to do: SIGINT to stop, a second one to end at once, the others to pause."""

    def __init__(self):
        self.request = ""

    def stop(self, *_: Any) -> None:
        """Be asked by SIGINT."""
        self.request = "stop"
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def pause(self, *_: Any) -> None:
        """Be asked by SIGTERM or SIGHUP."""
        self.request = "pause"

    @contextlib.contextmanager
    def heard(self, *, in_foreground: bool) -> Iterator[None]:
        """Inside, signals are heard. in_foreground: whether SIGINT comes from a person who wants the model so far."""
        wanted = {"SIGINT": self.stop if in_foreground else self.pause, "SIGTERM": self.pause, "SIGHUP": self.pause}
        if threading.current_thread() is not threading.main_thread():
            wanted = {}  # Python lets only the main thread hear signals
        present = {getattr(signal, name): handler for name, handler in wanted.items() if hasattr(signal, name)}
        before = {number: signal.signal(number, handler) for number, handler in present.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Work:
    """What the function that does a task may ask and tell."""

    def __init__(
        self,
        task: Task,
        on_tell: Callable[[float, str], None] = lambda fraction, phase: None,
        signals: Signals | None = None,
    ):
        self.task, self.on_tell, self.signals = task, on_tell, signals or Signals()
        self._looked, self._heard, self._told, self._phase = 0.0, "", 0.0, ""

    def tell(self, fraction: float, phase: str) -> None:
        """Say how far it is, 0 to 1, and what is done now, in a few words."""
        self.on_tell(fraction, phase)
        now = time.monotonic()
        if phase != self._phase or now - self._told >= TELL_SECONDS:
            self._told, self._phase = now, phase
            store.tell(self.task.id, fraction, phase)

    def report(self, fraction: float, phase: str) -> None:
        """The same, and raise Interrupted where somebody asked it to stop or pause."""
        self.tell(fraction, phase)
        if self.request:
            raise Interrupted(REQUESTS[self.request])

    @property
    def request(self) -> str:
        """What is asked of it: stop, pause or nothing."""
        if not self._heard and (self.signals.request or time.monotonic() - self._looked > LOOK_SECONDS):
            self._looked = time.monotonic()
            self._heard = store.current_request(self.task.id) or self.signals.request
            if self._heard:
                store.acknowledge(self.task.id)
        return self._heard


Handler = Callable[[Work, str, str], TaskState | None]
"""(work, subject, part) -> how it ended; None for done. What it raises is why it failed."""


def serve(worker: int, lane: str, handlers: Mapping[str, Handler], *, warm: Callable[[], None] | None = None) -> None:
    """Do the tasks of a lane, one after the other; end when none waits, or, warm, after ten idle minutes.

    A signal pauses the task and ends this worker; what waits then waits until somebody looks after it, because the
    machine may be shutting down. warm: what to load ahead of the first task.
    """
    if not places.identify(worker, os.getpid()):
        return  # it was so slow to start that its place was given away
    signals = Signals()
    with signals.heard(in_foreground=False), renewed(worker) as has_place:
        if warm:
            try:
                warm()
            except Exception:  # whoever trains first will hear of it
                traceback.print_exc()
        idle_since = clock()
        while has_place() and not signals.request:
            task = store.claim(worker, lane)
            if task:
                try:
                    _do(Work(task, signals=signals), worker, handlers.get(task.kind, _unknown))
                except Unsuited:
                    break
                except Exception:  # it is in the task's cause and in the log
                    pass
                if places.is_at_work(worker):
                    return  # it could not say how its task ended, for one on a full disk; its own end says so
                idle_since = clock()
            elif (not warm or clock() - idle_since > WARM_SECONDS) and places.leave_if_idle(worker, lane):
                return
            else:
                time.sleep(LOOK_SECONDS)
    places.remove_worker(worker)
    if not signals.request:  # whoever ends a worker may be ending all of them
        workers.look_after()


def do_now(
    kind: str,
    subject: str,
    part: str,
    handler: Handler,
    *,
    lane: str = COMPUTING,
    on_tell: Callable[[float, str], None] = lambda fraction, phase: None,
) -> Task:
    """Do a task in this process; a training waits for its turn first. Returns the task as it ended.

    Ctrl-C asks it to stop, also while it waits; a second one ends it at once; SIGTERM and SIGHUP ask it to pause.
    Raises RunBusy where another process is at it, and what the handler raises; KeyboardInterrupt for a second Ctrl-C.
    """
    signals = Signals()
    with signals.heard(in_foreground=True):  # before anybody can see the task in the queue
        with database.writing() as connection:
            places.reap(connection)
            worker = places.add_worker(connection, lane, foreground=True, pid=os.getpid())
            task_id = store.enqueue(connection, kind, subject, part, lane=lane, reserved=worker)
            connection.execute("UPDATE tasks SET reserved = ? WHERE id = ? AND state = 'queued'", (worker, task_id))
        work = Work(store.find(kind, subject, part), on_tell, signals)
        try:
            with renewed(worker):
                if _await_turn(work, worker, lane):
                    _do(work, worker, handler)
        finally:
            with contextlib.suppress(DigitsError):  # whoever comes next does it
                places.remove_worker(worker)
                workers.look_after()
    return store.find(kind, subject, part)


@contextlib.contextmanager
def renewed(worker: int) -> Iterator[Callable[[], bool]]:
    """Inside, a thread renews the lease every second: a worker that hangs is known by its silence.

    Yields a function that tells whether this worker still has its place.
    """
    ended, lost = threading.Event(), threading.Event()

    def renew() -> None:
        while not ended.wait(1.0):
            with contextlib.suppress(DigitsError):  # a full disk is told by the next change
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
    """Wait until the task may run; returns False where somebody took it out of the queue meanwhile."""
    while not work.signals.request:
        # Only the device is scarce: what somebody computes at the command line is not held up by what pages asked for.
        if store.claim(worker, lane, only=work.task.id, out_of_turn=lane != TRAINING):
            return True
        state = next((task.state for task in store.unfinished() if task.id == work.task.id), None)
        if state == TaskState.RUNNING:
            raise RunBusy("Another process is doing this already. Wait for it.")
        if state is None:
            return False
        work.on_tell(0.0, "Waiting: another run is using the device")
        time.sleep(0.3)
    store.request(work.task.id, work.signals.request)
    return False


def _do(work: Work, worker: int, handler: Handler) -> None:
    """Run the handler and write down how it ended; raises what the handler raised."""
    task = work.task
    with database.guarded(lambda connection: store.check_lease(connection, task.id, worker)):
        try:
            state = handler(work, task.subject, task.part) or TaskState.DONE
            store.finish(task.id, state, phase="On request" if state in REQUESTS.values() else "")
        except Interrupted as interrupted:
            store.finish(task.id, interrupted.state, phase="On request")
        except Unsuited:
            store.give_back(task.id)
            raise
        except TakenOver:
            raise
        except KeyboardInterrupt:
            store.finish(task.id, TaskState.STOPPED, "Ended at once by a second Ctrl-C. The last checkpoint is kept.")
            raise
        except (DigitsError, MemoryError, OSError) as error:
            store.finish(task.id, TaskState.FAILED, _cause(error))
            raise
        except Exception as error:
            traceback.print_exc()  # into the log
            said = str(error).strip().split("\n")[0][:200]
            store.finish(task.id, TaskState.FAILED, f"It failed because of a fault in Digits: {said}")
            raise


def _cause(error: Exception) -> str:
    """Return why a task failed, fit for a browser."""
    if isinstance(error, MemoryError):
        return "There was not enough memory. Close other programs and try again."
    if isinstance(error, OSError):
        return f"The system refused: {error.strerror or 'it did not say why'}. Check the disk, and try again."
    return str(error)


def _unknown(work: Work, subject: str, part: str) -> None:
    raise DigitsError("The worker is of another version of Digits. Try again.")
