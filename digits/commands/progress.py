"""The progress bar of long verbs on stderr, where nothing else is printed."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from digits.commands.printing import Forgiving
from digits.storage.files import cannot_write


@contextlib.contextmanager
def bar(terminal: TextIO | None = None) -> Iterator[Callable[[float, str], None]]:
    """Show a progress bar. Yield a function that takes the fraction that is done, 0 to 1, and what is done next.

    terminal: where the bar is shown; stderr if none is given.
    """
    columns = (TextColumn("{task.description:40}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=Forgiving(terminal or sys.stderr))) as progress:
        task = progress.add_task("Starting", total=1.0)
        yield lambda fraction, phase: progress.update(task, completed=fraction, description=phase)


@contextlib.contextmanager
def stderr_into(log: Path) -> Iterator[TextIO]:
    """Send everything written to stderr, also by TensorFlow's C++, to `log`. Yield the real stderr.

    Raises DigitsError when the log cannot be written.
    """
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
