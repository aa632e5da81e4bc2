"""The story of a run: train -> publish -> calibrate -> evaluate -> compare with the parent -> done.

The one place that knows the order. Wherever a run ends, it continues from there to the same result: its training from
the last checkpoint, and the rest from the model that was published.

An ensemble begins with publishing: it is joined from networks that are trained.
A trial of a sweep (`digits.sweeps`) is a run that ends after its training, with its weights. `complete` does the rest.
"""

import time

import numpy as np

from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from digits.evaluation import fine_tune_result, test_sets
from digits.evaluation.calibration import calibrate
from digits.evaluation.evaluate import evaluate
from digits.runs import ensemble, sharing, transfer, updates
from digits.runs import store as runs
from digits.runs.run import FINISHED, Run, RunState
from digits.runs.training import Training
from digits.storage.files import write_new
from digits.storage.home import run_folder
from digits.tasks import Interrupted, TaskState, Unsuited, Work
from digits.training import threads

TRIAL = "trial"
"""The part of the pipeline that a trial goes through: the training."""


def run(work: Work, run_id: str, part: str = "") -> TaskState:
    """Take a run from wherever it is to its end, a TRIAL to the end of its training. Raises DigitsError if it fails.

    Returns DONE, or STOPPED if somebody asked for an earlier end. Raises Interrupted if the run was paused, Unsuited if
    this process has loaded another library than the run needs, or with another number of threads.
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
    """Train a run, and publish its model or keep the weights of a trial."""
    settings, folder = run.settings, run_folder(run.id)
    if not threads.suit(settings):
        raise Unsuited
    work.tell(0.0, "Opening the data")
    updates.set_stage(run.id, RunState.STARTING, started=time.time(), left=None)
    dataset = open_dataset(settings.source)
    fine_tune = fine_tune_result.drawings(run) if settings.parent else None
    fitted = Training(work, run, keep_snapshots=not is_trial).fit(dataset, fine_tune)
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
    from digits.training import export

    updates.publish_model(run.id, *export.export(fitted.model, folder), ended=fitted.state)
