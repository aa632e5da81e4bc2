"""The story of a run: train -> publish -> calibrate -> evaluate -> compare with the parent -> done.

The one place that knows the order. Wherever a run ends, it continues from there to the same result: its training from
the last checkpoint, and the rest from the model that was published.

An ensemble begins with publishing: it is joined from networks that are trained.
A trial of a sweep (`digits.sweeps`) is a run that ends after its training, with its weights. `complete` does the rest.
"""

import os
import time
from typing import Any

import numpy as np

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile, DigitsError
from digits.evaluation import fine_tune_result, test_sets
from digits.evaluation.calibration import calibrate
from digits.evaluation.evaluate import evaluate
from digits.runs import ensemble, sharing, transfer, updates
from digits.runs import store as runs
from digits.runs.run import FINISHED, Run, RunState
from digits.storage import deletion
from digits.storage.files import StoredFile, write_new
from digits.storage.home import run_folder
from digits.tasks import Interrupted, TaskState, Unsuited, Work
from digits.training import backends, checkpoints, snapshots
from digits.training.checkpoints import Checkpoint
from digits.training.time_left import time_left

TRIAL = "trial"
"""The part of the pipeline that a trial goes through: the training."""


def run(work: Work, run_id: str, part: str = "") -> TaskState:
    """Take a run from wherever it is to its end, a TRIAL to the end of its training. Raises DigitsError if it fails.

    Returns DONE, or STOPPED if somebody asked for an earlier end. Raises Interrupted if the run was paused, Unsuited if
    this process has loaded another library than the run needs.
    """
    run = runs.get(run_id)
    if run.stage != RunState.EVALUATING:
        if run.settings.members:
            transfer.publish(run, ensemble.MEMBERS, work.tell, ended=TaskState.DONE)
        else:
            _train(work, run, is_trial=part == TRIAL)
    if part != TRIAL:
        finish(work, runs.get(run_id))
    return TaskState(runs.how_it_ended(run_id))


def complete(work: Work, run_id: str, part: str = "") -> None:
    """Do what a trial left out: make its model files from its weights, calibrate and evaluate. Raises DigitsError."""
    transfer.build(run_id, work.tell)
    finish(work, runs.get(run_id))


def finish(work: Work, run: Run) -> None:
    """Do what follows a training: calibrate, evaluate on the first test set that is here, compare with the parent."""
    try:
        work.tell(0.0, "Calibrating its confidence")
        calibrate(run)
        run = runs.get(run.id)
        evaluate(run, test_sets.available(run.settings)[0].name, work.tell)
        if run.settings.parent:
            work.tell(0.9, "Comparing it with its parent")
            fine_tune_result.compare(run)
    except DigitsError as error:
        raise DigitsError(f"Its model is trained, but was not evaluated: {error}", error.hint) from error
    sharing.write_plain_files(run)
    updates.set_stage(run.id, FINISHED)


def _train(work: Work, run: Run, *, is_trial: bool) -> None:
    """Train a run from its last undamaged checkpoint, and publish its model or keep the weights of a trial."""
    settings, folder = run.settings, run_folder(run.id)
    if backends.loaded() not in (None, settings.backend):
        raise Unsuited
    work.tell(0.0, "Opening the data")
    updates.set_stage(run.id, RunState.STARTING, started=time.time(), left=None)
    dataset = open_dataset(settings.source)
    fine_tune = fine_tune_result.drawings(run) if settings.parent else None
    checkpoint, *notes = _last_checkpoint(run)
    backends.check_installed(settings.backend)
    work.tell(0.0, f"Loading {backends.TITLES[settings.backend]}")
    updates.add_details(run.id, backend=settings.backend, versions=backends.versions(settings.backend))
    os.environ["KERAS_BACKEND"] = settings.backend  # read when Keras is imported, which is now
    from digits.training import device, export, trainer

    chosen = device.choose()
    notes.append(chosen.note)
    updates.add_details(run.id, device=chosen.name, note=_joined(notes))
    work.tell(0.0, "Building the network")
    began = time.perf_counter() - sum(row["seconds"] for row in runs.epochs(run.id))
    deletion.sweep(folder, keep={"run.json", "metrics.csv", *(stored.name for stored in runs.named_files(run))})
    checkpoint_writer = checkpoints.CheckpointWriter(
        folder, lambda epoch, stored: _keep_checkpoint(run.id, epoch, stored)
    )
    snapshot_writer = snapshots.SnapshotWriter(
        folder,
        lambda epoch, stored, wanted: updates.add_file(run.id, "snapshot", epoch, stored, keep=wanted),
        there=runs.files(run.id, "snapshot"),
    )

    def on_compile(xla: bool) -> None:
        updates.set_stage(run.id, RunState.RUNNING, xla=xla)
        work.tell(0.0, "Compiling")

    ticks: list[dict[str, float]] = []

    def on_tick(tick: dict[str, float]) -> None:
        ticks.append(tick | {"seconds": time.perf_counter()})
        updates.add_tick(run.id, tick)
        updates.add_details(run.id, left=time_left(ticks, run.num_epochs))
        work.tell(min((tick["epoch"] - 1 + tick["step"] / tick["steps"]) / run.num_epochs, 1.0), "Training")

    def on_epoch(row: dict[str, Any]) -> None:
        updates.add_epoch(run.id, row)
        more = {"leader": row["leader"]} if "leader" in row else {}
        seconds = time.perf_counter() - began
        updates.add_details(run.id, seconds=seconds, memory=device.memory(current_device), **more)

    def fit(checkpoint: Checkpoint | None) -> "trainer.Fitted":
        ticks.clear()
        return trainer.fit(
            settings,
            dataset,
            current_device,
            fine_tune=fine_tune,
            num_epochs=run.num_epochs,
            checkpoint=checkpoint,
            on_compile=on_compile,
            on_tick=on_tick,
            on_epoch=on_epoch,
            on_checkpoint=checkpoint_writer.keep,
            on_weights=snapshot_writer.keep if not is_trial else lambda epoch, model: None,
            should_stop=lambda: bool(work.request),
        )

    current_device = chosen.name
    try:
        with device.watched(chosen):
            fitted = fit(checkpoint)
    except device.GpuFailed as failed:
        checkpoint_writer.flush()
        current_device = "CPU"
        checkpoint, note = _last_checkpoint(run)
        notes += [note, str(failed)]
        updates.add_details(run.id, device="CPU", note=_joined(notes))
        with device.cpu():
            fitted = fit(checkpoint)
    checkpoint_writer.flush()
    snapshot_writer.flush()
    updates.add_details(run.id, seconds=time.perf_counter() - began, left=None)
    if fitted.state == "stopped" and work.request == "pause":
        raise Interrupted(TaskState.PAUSED)
    if fitted.state == "failed":
        raise DigitsError(f"The training failed: {fitted.reason}.")
    work.tell(1.0, "Saving the model")
    if is_trial:
        weights = fitted.model.get_weights()
        stored = write_new(folder, "weights.npz", lambda part: np.savez(part, *weights))
        updates.keep_weights(run.id, stored, ended=fitted.state)
        return
    updates.publish_model(run.id, *export.export(fitted.model, folder), ended=fitted.state)


def _last_checkpoint(run: Run) -> tuple[Checkpoint | None, str]:
    """Return the newest undamaged checkpoint, to which the run's epochs return, and a sentence about it."""
    damaged, found = [], None
    for _, stored in reversed(runs.files(run.id, "checkpoint").items()):
        try:
            found = checkpoints.read(run_folder(run.id), stored)
            break
        except DamagedFile:
            damaged.append(stored.name)
    if not found and not damaged and not run.epochs_done and not runs.last_tick(run.id):
        return None, ""  # its first start
    rows = found.epochs if found else []
    updates.return_to(run.id, rows)
    note = (
        f"It continued after epoch {len(rows)}."
        if rows
        else "It started again from the beginning, because there is no undamaged checkpoint."
    )
    if damaged:
        note += f" Skipped as damaged: {', '.join(damaged)}."
    return found, note


def _keep_checkpoint(run_id: str, epoch: int, stored: StoredFile) -> None:
    earlier = [number for number in runs.files(run_id, "checkpoint") if number < epoch]
    updates.add_file(run_id, "checkpoint", epoch, stored, keep=earlier[-1:])  # two: the newest may turn out damaged


def _joined(sentences: list[str]) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
