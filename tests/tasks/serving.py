"""A worker whose tasks are for tests: python -m tests.tasks.serving WORKER LANE [--warm]."""

import os
import sys
import time

from digits import tasks
from digits.errors import DigitsError
from digits.storage.home import home
from digits.tasks import execution


def note(text: str) -> None:
    """Write a line that tests find, with the process that wrote it."""
    with (home() / "notes").open("a") as file:
        file.write(f"{text} {os.getpid()}\n")


def wait(job: tasks.Work, subject: str, part: str) -> None:
    """Take as many seconds as `part` says, and end where somebody asks for it."""
    note(f"began {subject}")
    end = time.monotonic() + float(part or 0)
    while (left := end - time.monotonic()) > 0:
        job.report(1 - left / float(part), "Waiting")
        time.sleep(0.02)
    note(f"did {subject}")


def be_deaf(job: tasks.Work, subject: str, part: str) -> None:
    """Say nothing, and hear nothing but what kills; the lease is renewed all the while."""
    note(f"began {subject}")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        time.sleep(0.02)


def fail(job: tasks.Work, subject: str, part: str) -> None:
    """Fail in words."""
    raise DigitsError("There are no digits.")


HANDLERS = {"wait": wait, "deaf": be_deaf, "fail": fail}

if __name__ == "__main__":
    execution.WARM_SECONDS = float(os.environ.get("WARM_SECONDS", "1"))
    warm = (lambda: note("warmed")) if "--warm" in sys.argv else None
    execution.serve(int(sys.argv[1]), sys.argv[2], HANDLERS, warm=warm)
