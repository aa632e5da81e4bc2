"""What signals ask of a process that does a task: SIGINT to stop, all others to pause."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class Signals:
    """The signals that this process has received. `request` is stop, pause or nothing."""

    def __init__(self):
        self.request = ""

    def stop(self, *_: Any) -> None:
        """Handle SIGINT; a second one ends the process at once."""
        self.request = "stop"
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def pause(self, *_: Any) -> None:
        """Handle SIGTERM or SIGHUP."""
        self.request = "pause"

    @contextlib.contextmanager
    def heard(self, *, in_foreground: bool) -> Iterator[None]:
        """Inside, signals are handled. in_foreground: whether SIGINT comes from a person who wants the model so far."""
        wanted = {"SIGINT": self.stop if in_foreground else self.pause, "SIGTERM": self.pause, "SIGHUP": self.pause}
        if threading.current_thread() is not threading.main_thread():
            wanted = {}  # Python lets only the main thread handle signals
        present = {getattr(signal, name): handler for name, handler in wanted.items() if hasattr(signal, name)}
        before = {number: signal.signal(number, handler) for number, handler in present.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
