"""How much each setting matters, computed beside a search: it takes seconds, in which no trial is to wait."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

PAUSE_SECONDS = 10.0  # between two of them


class Importance:
    """Computes it again and again, in a thread, as long as trials end."""

    def __init__(self, compute: Callable[[], dict[str, float]], on_found: Callable[[dict[str, float]], None]):
        """compute: `Study.importance`. on_found: called with what that returns, in the thread of the caller."""
        self.compute, self.on_found = compute, on_found
        self.has_news = False
        """Whether a trial has ended since it was computed."""
        self.ended = time.monotonic()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="importance")
        self.computing: Future[dict[str, float]] | None = None

    def look(self) -> None:
        """Hand over what was computed, or begin to compute it where there is news."""
        if self.computing and self.computing.done():
            self.on_found(self.computing.result())
            self.computing, self.ended = None, time.monotonic()
        elif not self.computing and self.has_news and time.monotonic() - self.ended > PAUSE_SECONDS:
            self.has_news, self.computing = False, self.thread.submit(self.compute)
