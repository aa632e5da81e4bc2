"""What long verbs share: a task done here and now, and its progress bar on stderr, where nothing else appears."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from digits import tasks
from digits.commands.printing import Forgiving
from digits.data.dataset import ensure_prepared
from digits.errors import DigitsError
from digits.progress import Progress
from digits.storage.files import cannot_write
from digits.storage.home import logs_folder
from digits.tasks.work import Handler


def do(kind: str, subject: str, part: str, handler: Handler, *, lane: str = tasks.COMPUTING, source: str = "") -> None:
    """Do a task here and now, the digits of `source` prepared first. Raises DigitsError, also if it was stopped."""
    with bar_alone(kind) as on_progress:
        if source:
            ensure_prepared(source, on_progress)
        task = tasks.do_now(kind, subject, part, handler, lane=lane, on_progress=on_progress)
    if task.state != tasks.TaskState.DONE:
        raise DigitsError(f"It was {task.state} before it was done. {task.cause}".strip())


@contextlib.contextmanager
def bar_alone(name: str) -> Iterator[Progress]:
    """Show a progress bar. What is written to stderr meanwhile goes into the log of that name. Raises DigitsError."""
    with _stderr_into(logs_folder() / f"{name}.log") as terminal, bar(terminal) as on_progress:
        yield on_progress


@contextlib.contextmanager
def bar(terminal: TextIO | None = None) -> Iterator[Progress]:
    """Show a progress bar on a terminal, by default stderr."""
    columns = (TextColumn("{task.description:40}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(file=Forgiving(terminal or sys.stderr))) as shown:
        task = shown.add_task("Starting", total=1.0)
        yield lambda fraction, phase: shown.update(task, completed=fraction, description=phase)


@contextlib.contextmanager
def _stderr_into(log: Path) -> Iterator[TextIO]:
    """Send everything written to stderr, also by TensorFlow's C++, to `log`. Yield the real stderr."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    except OSError as error:
        raise cannot_write(log, error) from error
    sys.stderr.flush()
    terminal = os.fdopen(os.dup(2), "w", encoding="utf-8")
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield terminal
    finally:
        sys.stderr.flush()
        os.dup2(terminal.fileno(), 2)
        with contextlib.suppress(OSError):
            terminal.close()
