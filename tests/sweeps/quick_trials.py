"""In the place of a training: a trial that takes no time, whose accuracy depends on its settings and its epoch alone.

In a worker, `take_over` puts it in the places of the handlers of trainings; all else of a sweep is as it is.
"""

import math
import os
import signal
import time

import numpy as np

from digits import pipeline
from digits.commands.worker import HANDLERS
from digits.networks.architectures import weight_shapes
from digits.runs import store as runs
from digits.runs import updates
from digits.runs.run import RunState
from digits.storage.files import write_new
from digits.storage.home import home, run_folder
from digits.sweeps import race_worker
from digits.tasks import Interrupted, TaskState

SECONDS = float(os.environ.get("EPOCH_SECONDS", "0.02"))


def accuracy(settings, epoch: int) -> float:
    """Return what a network of these settings reaches: the best learning rate is 0.01, the best dropout 0.2."""
    off = abs(math.log10(settings.learning_rate / 0.01)) + abs(settings.dropout - 0.2)
    return round(0.9 - 0.1 * off - 0.3 / epoch + (settings.seed % 7) / 1000, 6)


def train(work, run_id: str, part: str) -> TaskState:
    """Go on from the last epoch that was noted, to the end or until it is asked to end."""
    run, began = runs.get(run_id), time.perf_counter()
    updates.set_stage(run_id, RunState.RUNNING)
    ended = TaskState.DONE
    for epoch in range(len(runs.epochs(run_id)) + 1, run.num_epochs + 1):
        if work.request == "pause":
            raise Interrupted(TaskState.PAUSED)
        if work.request:
            ended = TaskState.STOPPED
            break
        time.sleep(SECONDS)
        if run.name.endswith(os.environ.get("KILLED_TRIAL", "nobody")) and epoch == 3 and not _was_killed(run_id):
            os.kill(os.getpid(), signal.SIGKILL)
        row = dict.fromkeys(("seconds", "loss", "accuracy", "val_loss", "learning_rate"), 0.1)
        updates.add_epoch(run_id, row | {"epoch": epoch, "val_accuracy": accuracy(run.settings, epoch)})
    updates.add_details(run_id, seconds=time.perf_counter() - began)
    weights = [np.zeros(shape, np.float32) for shape in weight_shapes(run.settings)]
    updates.keep_weights(run_id, write_new(run_folder(run_id), "weights.npz", lambda f: np.savez(f, *weights)), ended)
    return ended


def fit(members, on_epoch, should_stop):
    """Train several at once, in the place of JAX.

    The first KILLED_RACE is killed in its third epoch; an ASKED_RACE waits there until it is asked to end.
    """
    mark = home() / "killed"
    for epoch in range(1, members[0].epochs + 1):
        while "ASKED_RACE" in os.environ and epoch == 3 and not should_stop():
            time.sleep(SECONDS)
        if should_stop():
            return "stopped", "", "CPU", _weights(members)
        time.sleep(SECONDS)
        if "KILLED_RACE" in os.environ and epoch == 3 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        reached = [
            {"loss": 0.1, "accuracy": 0.1, "val_loss": 0.1, "val_accuracy": accuracy(each, epoch)} for each in members
        ]
        row = {"epoch": epoch, "seconds": SECONDS, "learning_rate": members[0].learning_rate, "leader": 0}
        on_epoch(row | {"racers": reached} if len(members) > 1 else row | reached[0])
    return "done", "", "CPU", _weights(members)


def _weights(members):
    return [[np.zeros(shape, np.float32) for shape in weight_shapes(each)] for each in members]


def _was_killed(run_id: str) -> bool:
    mark = run_folder(run_id) / "killed"
    if not mark.exists():
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        return False
    return True


def take_over() -> None:
    """Let this process train so; never the process of the tests, whose other trainings are real."""
    pipeline.run = HANDLERS["train"] = train
    race_worker.fit = fit
    HANDLERS["complete"] = lambda work, run_id, part: None
