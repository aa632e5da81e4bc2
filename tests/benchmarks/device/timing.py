"""Time one step of a compiled loop."""

import statistics
import time
from collections.abc import Callable

ROUNDS = 3
SECONDS = 0.4  # about how long each round is


def seconds_a_step(run: Callable[[int, int], object], most: int) -> tuple[float, float]:
    """Return the seconds of the first call, compiling included, and of a step once compiled, the median of ROUNDS.

    run(start, stop) does the steps start..stop-1 and returns when they are done; most: the last stop it can do.
    """
    first = _seconds(run, 1)
    pace = _seconds(run, min(5, most)) / min(5, most)
    steps = int(min(max(SECONDS / pace, 2), most))
    return first, statistics.median(_seconds(run, steps) / steps for _ in range(ROUNDS))


def _seconds(run: Callable[[int, int], object], steps: int) -> float:
    began = time.perf_counter()
    run(0, steps)
    return time.perf_counter() - began
