"""kill -9 between all the steps of a run: nothing half-done counts, and it continues to the same end."""

import io
import signal
import zipfile

import h5py
import pytest

from digits.commands import checks
from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set as named_test_set
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import FINISHED, RunState
from digits.storage.files import UNFINISHED
from digits.storage.home import run_folder

IN_AN_EPOCH = """
os.environ["KERAS_BACKEND"] = "tensorflow"
from digits.runs import updates
from digits.training import trainer
trainer.CHUNK_SECONDS = 0  # a report after every batch, or an epoch might have none
add_tick = updates.add_tick
updates.add_tick = lambda run_id, tick: (add_tick(run_id, tick), (tick["epoch"], tick["step"]) == (2, 7) and kill())
"""
HALF_A_CHECKPOINT = """
from digits.training import checkpoints
def half(folder, name, write):
    (folder / f".unfinished-1{name}").write_bytes(b"half"); kill()
checkpoints.write_new = half
"""
HALF_A_MODEL = """
from digits.training import export
def half(model, file):
    file.write_bytes(b"half"); kill()
export.write_litert = half
"""
BEFORE_CALIBRATING = "from digits import pipeline; pipeline.calibrate = kill"
BEFORE_EVALUATING = "from digits import pipeline; pipeline.evaluate = kill"
BEFORE_ITS_REPORT_COUNTS = "from digits.evaluation import store as results; results._check_current = kill"
BEFORE_ITS_END = "from digits.tasks import claims; claims.finish = kill"


def weights(run):
    """Return the weights that a run published, byte by byte, without Keras."""
    found = {}
    with zipfile.ZipFile(run.model.file("model.keras")) as archive:
        file = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
        file.visititems(lambda name, item: found.update({name: item[()].tobytes()}) if hasattr(item, "shape") else None)
    return found


def curve(run):
    names = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
    return [tuple(row[name] for name in names) for row in runs.epochs(run.id)]


def score(run):
    report = evaluate.stored(run, named_test_set("tutorial", run.settings))
    return report and {name: value for name, value in report.items() if name != "run"}


def test_a_run_killed_at_every_step_comes_to_the_same_end_as_one_that_nobody_disturbed(worker, with_run):
    run = runs.create(with_run.settings)
    for harm in (IN_AN_EPOCH, HALF_A_CHECKPOINT, HALF_A_MODEL):
        killed = killed_by(worker(harm), run)
        assert (killed.state, killed.stage, killed.model) == (RunState.LOST, RunState.RUNNING, None)
        assert [row["epoch"] for row in runs.epochs(run.id)] == list(range(1, killed.epochs_done + 1))
        runs.resume(run.id)
    for harm in (BEFORE_CALIBRATING, BEFORE_EVALUATING, BEFORE_ITS_REPORT_COUNTS):
        killed = killed_by(worker(harm), run)
        assert (killed.state, killed.stage, killed.lacks_evaluation) == (RunState.LOST, RunState.EVALUATING, True)
        assert models.recognizer(killed) and score(killed) is None
        with pytest.raises(DigitsError, match=f"Trained, but not evaluated: {run.id}|{run.id} is lost"):
            checks.workers()
        runs.resume(run.id)
    run = killed_by(worker(BEFORE_ITS_END), run)
    assert (run.state, run.stage, run.cause) == (RunState.DONE, FINISHED, "")
    assert checks.workers() and curve(run) == curve(with_run) and weights(run) == weights(with_run)
    left = {path.name for path in run_folder(run.id).iterdir() if path.is_file()} - {"run.json", "metrics.csv"}
    left -= {stored.name for stored in runs.named_files(run)}
    assert all(name.startswith(UNFINISHED) for name in left)
    assert run.model.temperature == with_run.model.temperature and score(run) == score(with_run)


def killed_by(process, run):
    """Return the run when its worker has been killed; the database and all files that it names are whole."""
    assert process.wait() == -signal.SIGKILL
    checks.database()
    return runs.get(run.id)
