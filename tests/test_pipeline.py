"""The story of a run: trained in a worker, and then calibrated, evaluated and done. Kills: tests/faults."""

import contextlib
import json
import os
import shutil
import signal
import sys

import pytest

from digits import pipeline, tasks
from digits.errors import DataUnavailable, DigitsError
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set as named_test_set
from digits.networks.settings import make_settings
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import FINISHED, RunState
from digits.storage import database
from digits.storage.home import run_folder
from digits.tasks import TRAINING, workers
from tests.conftest import wait_until
from tests.runs.conftest import publish, train


def score(run):
    return evaluate.stored(run, named_test_set("tutorial", run.settings))


# What follows a training, without one


@pytest.fixture
def published(with_sample):
    """A run whose training has just ended: its model is there, and nothing is known of it."""
    run = runs.create(make_settings(architecture="cnn", epochs=3), queued=False)
    train(run.id, 3)
    publish(run.id)
    return runs.get(run.id)


def finish(run, on_progress=lambda fraction, phase: None):
    """Take a run to its end in this process."""
    tasks.do_now("train", run.id, "", pipeline.run, lane=TRAINING, on_progress=on_progress)
    return runs.get(run.id)


@pytest.fixture
def no_training(monkeypatch):
    """Fails where a run is trained."""

    def train(work, run):
        raise AssertionError("it was trained again")

    monkeypatch.setattr(pipeline, "_train", train)


@pytest.mark.usefixtures("no_training")
def test_a_trained_run_is_calibrated_evaluated_on_its_own_test_set_and_done(published):
    said = []
    run = finish(published, lambda fraction, phase: said.append(phase))
    assert (run.state, run.stage, run.cause) == (RunState.DONE, FINISHED, "")
    assert said == ["Calibrating its confidence", "Predicting 1,000 digits"]
    report = score(run)
    assert (report["test"], report["n"]) == ("tutorial", 1_000) and report["accuracy"] > 0.9
    assert report["calibration"]["temperature"] == run.model.temperature
    assert {"run.json", "metrics.csv"} <= {path.name for path in run_folder(run.id).iterdir()}


@pytest.mark.usefixtures("no_training")
def test_a_run_that_was_stopped_is_evaluated_too_and_stays_stopped(published, monkeypatch):
    evaluated = []
    monkeypatch.setattr(pipeline, "calibrate", lambda run: None)
    monkeypatch.setattr(pipeline, "evaluate", lambda run, *_: evaluated.append(run.id))
    with database.writing() as connection:
        connection.execute("UPDATE runs SET ended = 'stopped'")
    run = finish(published)
    assert (run.state, run.stage, evaluated) == (RunState.STOPPED, FINISHED, [run.id])


def failing(*arguments):
    raise DataUnavailable("The digits are not here.", "Run: python -m digits data sample")


@pytest.mark.usefixtures("no_training")
@pytest.mark.parametrize("step", ["calibrate", "evaluate"])
def test_a_failed_evaluation_leaves_a_usable_model_and_only_the_evaluation_is_repeated(published, monkeypatch, step):
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, step, failing)
        with pytest.raises(DigitsError):
            finish(published)
    run = runs.get(published.id)
    assert (run.state, run.lacks_evaluation) == (RunState.FAILED, True)
    assert run.cause == "Its model is trained, but was not evaluated: The digits are not here."
    assert models.chosen() == run and models.recognizer(run) and score(run) is None
    again = runs.resume(run.id, queued=False)
    assert (again.stage, again.model) == (RunState.EVALUATING, run.model)
    run = finish(run)
    assert (run.state, run.cause) == (RunState.DONE, "") and score(run)


@pytest.mark.usefixtures("no_training")
def test_a_model_that_is_damaged_before_its_evaluation_is_reported(published):
    published.model.file("model.tflite").write_bytes(b"damaged")
    with pytest.raises(DigitsError, match="was not evaluated: The file model.tflite was damaged on the disk"):
        finish(published)
    assert runs.get(published.id).state == RunState.FAILED


@pytest.mark.usefixtures("no_training")
def test_a_run_that_learned_from_all_of_mnist_is_evaluated_on_other_hands_where_there_is_nothing_else(published):
    learned = make_settings(architecture="cnn", epochs=3, parent_source="mnist").as_dict()
    with database.writing() as connection:
        connection.execute("UPDATE runs SET settings = ?", (json.dumps(learned),))
    run = finish(published)
    assert run.state == RunState.DONE and run.model.temperature
    assert [report["test"] for report in evaluate.reports(run)] == ["optdigits"]


@pytest.mark.usefixtures("no_training")
def test_a_fine_tuned_run_is_compared_with_its_parent(published, monkeypatch):
    compared = []
    for step in ("calibrate", "evaluate"):
        monkeypatch.setattr(pipeline, step, lambda *_: None)
    monkeypatch.setattr(pipeline.fine_tune_result, "compare", lambda run: compared.append(run.id))
    finish(published)
    assert compared == []
    tuned = make_settings(architecture="cnn", epochs=3, parent="starter").as_dict()
    with database.writing() as connection:
        connection.execute("UPDATE runs SET settings = ?, stage = 'evaluating'", (json.dumps(tuned),))
    finish(published)
    assert compared == [published.id]


# Trainings


def test_a_training_leaves_a_whole_run(with_run):
    assert (with_run.state, with_run.epochs_done, with_run.stage) == (RunState.DONE, 3, FINISHED)
    assert [row["epoch"] for row in runs.epochs(with_run.id)] == [1, 2, 3]
    assert with_run.val_accuracy > 0.8 and with_run.details["device"]
    assert with_run.details["versions"].keys() == {"python", "tensorflow", "keras", "numpy"}
    files = {path.name for path in run_folder(with_run.id).rglob("*") if path.is_file()}
    assert files == {stored.name for stored in runs.named_files(with_run)} | {
        "run.json", "metrics.csv", "evaluate-tutorial.npy",
    }  # fmt: skip
    assert set(with_run.model.files) == {"model.keras", "model.tflite", "layers.tflite"} <= files
    assert list(runs.files(with_run.id, "snapshot")) == [0, 1, 2, 3]
    assert len(runs.files(with_run.id, "checkpoint")) in (1, 2)


WORKER = """
import sys
import tests.faults.quick_engine
from digits.commands.worker import HANDLERS
from digits.tasks import serve
serve(int(sys.argv[1]), sys.argv[2], HANDLERS, warm=lambda: None)
"""


@pytest.fixture(scope="module")
def training_home(tmp_path_factory, sample_data):
    """A DIGITS_HOME with one worker, which does what these tests queue, with an engine that trains in no time."""
    home = tmp_path_factory.mktemp("training") / "home"
    shutil.copytree(sample_data, home / "data")
    yield home
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(home))
        with database.reading() as connection:
            pids = [row["pid"] for row in connection.execute("SELECT pid FROM workers").fetchall()]
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def queue(training_home, monkeypatch):
    """queue(epochs=...) lets the worker train a run of the smallest network."""
    monkeypatch.setenv("DIGITS_HOME", str(training_home))
    monkeypatch.setattr(workers, "COMMAND", (sys.executable, "-c", WORKER))

    def queue(**settings):
        run = runs.create(make_settings(architecture="linear", **settings))
        tasks.look_after()
        return run

    yield queue
    for run in runs.active():  # left by a test that failed
        runs.stop(run)


def until(run, condition):
    """Wait until something is true of a run; returns it then."""

    def look():
        found = runs.get(run.id)
        return condition(found) and found

    return wait_until(look)


def end(run):
    return until(run, lambda found: found.state.is_final)


def test_a_worker_trains_evaluates_and_ends_a_run(queue):
    run = end(queue(epochs=2))
    assert (run.state, run.epochs_done, run.cause) == (RunState.DONE, 2, "")
    assert score(run) and models.chosen() == run


def test_stop_keeps_the_model_so_far_and_evaluates_it(queue):
    run = until(queue(epochs=1000), lambda found: found.epochs_done)
    assert (run.state, run.model) == (RunState.RUNNING, None)
    runs.stop(run)
    run = end(run)
    assert (run.state, run.phase) == (RunState.STOPPED, "On request") and 0 < run.epochs_done < 1000
    assert score(run) and run.model.file("model.keras").stat().st_size > 10_000


def test_pause_frees_the_device_and_continuing_continues_the_curve(queue):
    run = until(queue(epochs=1000), lambda found: found.epochs_done)
    runs.stop(run, "pause")
    run = end(run)
    assert (run.state, run.phase, run.model) == (RunState.PAUSED, "On request", None)
    before = runs.epochs(run.id)
    assert list(runs.files(run.id, "checkpoint"))[-1] == len(before)

    runs.resume(run.id)
    tasks.look_after()
    run = until(run, lambda found: found.epochs_done > len(before) + 1)
    runs.stop(run)
    run = end(run)
    rows = runs.epochs(run.id)
    assert (run.state, run.model is not None) == (RunState.STOPPED, True)
    assert [row["epoch"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[: len(before)] == before
    assert run.details["note"] == f"It continued after epoch {len(before)}."


def test_a_finished_run_learns_more_epochs_and_its_old_model_is_used_until_then(queue):
    run = end(queue(epochs=2))
    before, old = runs.epochs(run.id), run.model
    runs.resume(run.id, 4)
    assert models.chosen().model == old
    tasks.look_after()
    run = end(run)
    assert (run.state, run.epochs_done, run.num_epochs, run.settings.epochs) == (RunState.DONE, 4, 4, 2)
    assert runs.epochs(run.id)[:2] == before and run.model.sha256 != old.sha256
    assert score(run) and not (run_folder(run.id) / old.files["model.keras"].name).exists()


def test_a_second_run_waits_for_the_first_and_can_be_stopped_while_it_waits(queue):
    first = until(queue(epochs=1000), lambda found: found.state == RunState.RUNNING)
    second, third = queue(epochs=1), queue(epochs=1)
    assert (second.state, runs.queue()) == (RunState.QUEUED, [second, third])
    runs.stop(second)
    assert (runs.get(second.id).state, runs.get(second.id).model) == (RunState.STOPPED, None)
    assert runs.get(first.id).state == RunState.RUNNING
    runs.stop(first)
    assert end(first).state == RunState.STOPPED
    assert end(third).state == RunState.DONE  # its turn came


def test_missing_data_fails_the_run_in_words_and_the_worker_continues(queue, training_home):
    images = training_home / "data" / "sample" / "images.npy"
    whole = images.read_bytes()
    images.write_bytes(whole[:-1])
    run = end(queue(epochs=1))
    images.write_bytes(whole)
    assert run.state == RunState.FAILED
    assert run.cause == "The files of MNIST sample were damaged on the disk. Prepare them again."
    runs.resume(run.id)
    tasks.look_after()
    assert end(run).state == RunState.DONE
    with database.reading() as connection:
        assert connection.execute("SELECT count(DISTINCT worker) FROM tasks").fetchone()[0] == 1  # one process for all
