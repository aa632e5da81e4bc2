"""How long the runs in the queue still take, and so when one that waits begins: all of it is an estimate."""

import time
from collections import defaultdict
from statistics import median

from digits import tasks
from digits.networks import architectures
from digits.networks.expected import EXPECTED
from digits.networks.settings import Settings
from digits.runs import store
from digits.runs.run import Run, RunState
from digits.tasks import TRAINING, Place, Task

AFTER = 3.0  # s after the last batch: the model is written, calibrated and evaluated


def place(task: Task) -> Place | None:
    """Return the place of a task in its queue, with an estimate of when it begins; None if it waits no more."""
    return tasks.place(task, seconds_left() if task.lane == TRAINING else None)


def seconds_left() -> dict[int, float]:
    """Return the seconds of work that are left of each run that waits or is at work, by its task, where known."""
    took: dict[tuple, list[float]] = defaultdict(list)
    for settings, seconds in store.durations():
        took[_like(settings)].append(seconds / settings.epochs)
    found = {run.task_id: _left(run, took) for run in store.active()}
    return {task: seconds for task, seconds in found.items() if seconds is not None}


def _left(run: Run, took: dict[tuple, list[float]]) -> float | None:
    if run.state == RunState.EVALUATING:
        return AFTER
    if run.details.get("left") is not None and not run.is_queued:
        return run.details["left"] + AFTER
    settings = run.settings
    if measured := took.get(_like(settings)):
        epoch = median(measured)
    elif expected := EXPECTED.get((settings.source, settings.split), {}).get(settings.architecture):
        epoch = (expected.seconds + AFTER) / architectures.recipe(settings.architecture, settings.source).epochs
    else:
        return None
    # Of a run that began in the future, before somebody set the clock back, nothing has elapsed.
    elapsed = 0.0 if run.is_queued else max(time.time() - run.details.get("started", time.time()), 0.0)
    return max(epoch * (run.num_epochs - run.epochs_done) - elapsed, 0.0)


def _like(settings: Settings) -> tuple:
    """Return what decides most how long an epoch takes."""
    return settings.architecture, settings.source, settings.batch_size, bool(settings.parent)
