"""Runs without TensorFlow: what a training would write is written here, and the starter's network is the model."""

import shutil

import pytest

from digits import tasks
from digits.networks.settings import make_settings
from digits.runs import starter, updates
from digits.runs import store as runs
from digits.runs.run import FINISHED, Run
from digits.storage.files import write_new
from digits.storage.home import run_folder
from digits.tasks import TRAINING, TaskState, places, workers


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """What waits is started by nobody."""
    monkeypatch.setattr(workers, "_start", lambda worker, lane, *options: places.remove_worker(worker))


def row(epoch):
    """The numbers of an epoch."""
    return {
        "epoch": epoch, "seconds": 0.5, "loss": 1 / epoch, "accuracy": 0.9, "val_loss": 1.1 / epoch,
        "val_accuracy": 0.9 + epoch / 1000, "learning_rate": 0.01,
    }  # fmt: skip


def tick(epoch, step):
    """A report from within an epoch."""
    return {"epoch": epoch, "step": step, "steps": 10, "loss": 0.5, "accuracy": 0.75}


def train(run_id: str, num_epochs: int) -> None:
    """Write what an epoch leaves, for some epochs."""
    updates.set_stage(run_id, runs.RunState.RUNNING, device="CPU", backend="tensorflow", seconds=1.5, xla=True)
    for epoch in range(1, num_epochs + 1):
        updates.add_tick(run_id, tick(epoch, 10))
        updates.add_epoch(run_id, row(epoch))
        stored = write_new(run_folder(run_id), f"checkpoint-{epoch:04}.npz", lambda part: part.write_text("state"))
        updates.add_file(run_id, "checkpoint", epoch, stored, keep=[epoch - 1])


def publish(run_id: str, ended: str = "done") -> None:
    """Publish the starter's network as the model of a run."""
    bundled = starter.run().model
    stored = {
        name: write_new(run_folder(run_id), name, lambda part, name=name: shutil.copyfile(bundled.file(name), part))
        for name in bundled.files
    }
    updates.publish_model(run_id, stored, {name: list(shape) for name, shape in bundled.layers.items()}, ended)


def finished(
    run: Run | None = None, *, end: TaskState = TaskState.DONE, num_epochs: int = 3, owner=tasks.LOCAL, name="",
    **settings,
) -> Run:  # fmt: skip
    """Take a run to its end without training it."""
    settings = make_settings(architecture="cnn", epochs=num_epochs, **settings)
    run = run or runs.create(settings, owner=owner, name=name, queued=False)

    def pipeline(work, run_id, part):
        train(run_id, num_epochs)
        publish(run_id, str(end))
        updates.set_temperature(runs.get(run_id), 1.5)
        updates.set_stage(run_id, FINISHED)
        return end

    tasks.do_now("train", run.id, "", pipeline, lane=TRAINING)
    return runs.get(run.id)
