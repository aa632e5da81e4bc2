"""A task from the inside: the function that does it, what it reports and learns, and how the task ends."""

import errno
import re
import time
import traceback
from collections.abc import Callable
from typing import Any

from digits.errors import DigitsError, TakenOver
from digits.progress import Progress, to_nobody
from digits.storage import database
from digits.tasks import claims
from digits.tasks.signals import Signals
from digits.tasks.task import Task, TaskState

TELL_SECONDS = 0.5  # at most two reports a second
LOOK_SECONDS = 0.1  # between two looks for a request
REQUESTS = {"stop": TaskState.STOPPED, "pause": TaskState.PAUSED}
NO_MEMORY = re.compile(r"ResourceExhausted|failed to map segment|bad_alloc|(allocate|insufficient|out of) memory", re.I)
"""What TensorFlow, the dynamic linker, C++ and OpenCV report when memory runs out."""


class Interrupted(Exception):
    """Somebody asked the task to end here; `state` is the state that it ends in."""

    def __init__(self, state: TaskState):
        super().__init__(state)
        self.state = state


class Unsuited(Exception):
    """This process cannot do the task, because of what it has loaded; a fresh one can."""


class Work:
    """What the function that does a task may ask and report."""

    def __init__(
        self,
        task: Task,
        on_progress: Progress = to_nobody,
        signals: Signals | None = None,
    ):
        self.task, self.on_progress, self.signals = task, on_progress, signals or Signals()
        self._looked, self._heard, self._told, self._phase = 0.0, "", 0.0, ""

    def tell(self, fraction: float, phase: str) -> None:
        """Report how far the work is, 0 to 1, and what is done now, in a few words."""
        self.on_progress(fraction, phase)
        now = time.monotonic()
        if phase != self._phase or now - self._told >= TELL_SECONDS:
            self._told, self._phase = now, phase
            claims.tell(self.task.id, fraction, phase)

    def report(self, fraction: float, phase: str) -> None:
        """Do the same, and raise Interrupted if somebody asked the task to stop or pause."""
        self.tell(fraction, phase)
        if self.request:
            raise Interrupted(REQUESTS[self.request])

    @property
    def request(self) -> str:
        """What is asked of the task: stop, pause or nothing."""
        if not self._heard and (self.signals.request or time.monotonic() - self._looked > LOOK_SECONDS):
            self._looked = time.monotonic()
            self._heard = claims.current_request(self.task.id) or self.signals.request
            if self._heard:
                claims.acknowledge(self.task.id)
        return self._heard


Handler = Callable[[Work, str, str], Any]
"""(work, subject, part) -> how the task ended, a TaskState; whatever else it returns, it is done.

If it raises an error, the task has failed.
"""


def carry_out(work: Work, worker: int, handler: Handler) -> None:
    """Run the handler and note how the task ended; raise what the handler raised."""
    task = work.task
    with database.guarded(lambda connection: claims.check_lease(connection, task.id, worker)):
        try:
            ended = handler(work, task.subject, task.part)
            state = ended if isinstance(ended, TaskState) else TaskState.DONE
            claims.finish(task.id, state, phase="On request" if state in REQUESTS.values() else "")
        except Interrupted as interrupted:
            claims.finish(task.id, interrupted.state, phase="On request")
        except Unsuited:
            claims.give_back(task.id)
            raise
        except TakenOver:
            raise
        except KeyboardInterrupt:
            claims.finish(task.id, TaskState.STOPPED, "Ended at once by a second Ctrl-C. The last checkpoint is kept.")
            raise
        except Exception as error:
            claims.finish(task.id, TaskState.FAILED, cause_of(error))
            raise


def cause_of(error: Exception) -> str:
    """Return why a task failed, fit for a browser. What nobody foresaw goes into the log as well."""
    if isinstance(error, DigitsError):
        return str(error)
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM or NO_MEMORY.search(text):
        return "There was not enough memory. Close other programs and try again."
    if isinstance(error, OSError):
        return f"The system refused: {error.strerror or 'it gave no reason'}. Check the disk, and try again."
    traceback.print_exc()
    first_line = str(error).strip().split("\n")[0]
    return f"It failed because of a fault in Digits: {first_line[:200]}"
