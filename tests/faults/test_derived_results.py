"""What was computed of a model holds for that model alone, and a model is used until the next one is published."""

import signal

import numpy as np

from digits import tasks
from digits.evaluation import evaluate, features, robustness
from digits.evaluation import store as results
from digits.evaluation.distortions import DISTORTIONS
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import test_set as named_test_set
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database
from digits.storage.home import run_folder
from pages.shared import cache
from tests.conftest import wait_until
from tests.faults.conftest import QUICK_EPOCHS

HOLD_THE_RESULT = """
import time
from pathlib import Path
from digits.evaluation import store as results
put = results.put
def later(*arguments, **options):
    while not Path(os.environ["DIGITS_HOME"], "go").exists():
        time.sleep(0.05)
    put(*arguments, **options)
results.put = later
"""


def queue(kind, run, part, lane=tasks.COMPUTING):
    """Queue a task without starting a worker for it."""
    with database.writing() as connection:
        tasks.store.enqueue(connection, kind, run.id, part, lane=lane)


def pretend_measured(run):
    curves = {name: {"strengths": list(known.strengths)} for name, known in DISTORTIONS.items()}
    results.put(Subject.of(run), robustness.KIND, "tutorial", {"curves": curves})


def test_a_finished_model_is_used_until_the_next_one_whose_results_are_its_own(worker, with_run):
    chosen, old = named_test_set("tutorial", with_run.settings), with_run.model.sha256
    models.choose(with_run)
    pretend_measured(with_run)
    queue("evaluate", with_run, "tutorial")
    evaluating = worker(HOLD_THE_RESULT, "computing")
    wait_until(lambda: tasks.find("evaluate", with_run.id, "tutorial").phase.startswith("Predicting"))

    runs.resume(with_run.id, 1000)
    process = worker(QUICK_EPOCHS)
    wait_until(lambda: runs.get(with_run.id).epochs_done > 4)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    paused = runs.get(with_run.id)
    assert (paused.state, paused.model.sha256) == (RunState.PAUSED, old)
    assert models.chosen().id == with_run.id and models.recognizer(paused)
    assert robustness.stored(paused, chosen) and evaluate.stored(paused, chosen)

    runs.resume(with_run.id)
    process = worker(QUICK_EPOCHS)
    wait_until(lambda: runs.get(with_run.id).epochs_done > paused.epochs_done)
    runs.stop(runs.get(with_run.id))
    assert process.wait() == 0
    new = runs.get(with_run.id)
    assert new.state == RunState.STOPPED and new.model.sha256 != old
    assert [row["epoch"] for row in runs.epochs(new.id)] == list(range(1, new.epochs_done + 1))
    assert robustness.stored(new, chosen) is None
    report = evaluate.stored(new, chosen)

    (run_folder(new.id).parent.parent / "go").touch()
    assert evaluating.wait() == 0
    task = tasks.find("evaluate", new.id, "tutorial")
    assert task.state == tasks.TaskState.FAILED and "trained further meanwhile" in task.cause
    assert evaluate.stored(new, chosen) == report


def uncalibrate(run):
    """Let a run be as it is in the moment after its model was published."""
    with database.writing() as connection:
        connection.execute("UPDATE runs SET stage = 'evaluating', temperature = NULL WHERE id = ?", (run.id,))
        connection.execute("UPDATE tasks SET state = 'lost' WHERE subject = ? AND kind = 'train'", (run.id,))
        connection.execute("DELETE FROM results WHERE subject = ?", (run.id,))
    return runs.get(run.id)


def test_a_page_that_opened_a_model_before_it_was_calibrated_uses_the_calibrated_one_afterwards(worker, with_run):
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[0, 4:24, 14] = 255
    calibrated = models.recognizer(with_run).probabilities(picture)
    early = cache.recognizer(uncalibrate(with_run)).probabilities(picture)
    assert not np.array_equal(early, calibrated)
    runs.resume(with_run.id)
    assert worker().wait() == 0
    assert np.array_equal(cache.recognizer(runs.get(with_run.id)).probabilities(picture), calibrated)


def test_evaluating_a_model_before_its_pipeline_does_calibrates_it_first(worker, with_run):
    chosen, expected = named_test_set("tutorial", with_run.settings), with_run.model.temperature
    run = uncalibrate(with_run)
    queue("evaluate", run, "tutorial")
    assert worker(lane="computing").wait() == 0
    report = evaluate.stored(runs.get(run.id), chosen)
    assert report["calibration"]["temperature"] == runs.get(run.id).model.temperature == expected


def test_damaged_or_deleted_features_count_as_missing_and_can_be_computed_again(worker, with_run):
    for harm in (lambda path: path.write_bytes(path.read_bytes()[:-1]), lambda path: path.unlink()):
        queue("features", with_run, "tutorial")
        assert worker(lane="computing").wait() == 0
        whole = np.array(features.stored(with_run, "tutorial"))
        [path] = (run_folder(with_run.id) / "evaluation").glob("features-tutorial*.npy")
        harm(path)
        assert features.stored(with_run, "tutorial") is None
    assert whole.shape[0] == 1000
