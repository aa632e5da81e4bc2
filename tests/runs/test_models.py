"""Which model predicts."""

import time

import numpy as np
import pytest

from digits import tasks
from digits.data.dataset import open_dataset
from digits.errors import DamagedFile, DigitsError
from digits.networks.settings import make_settings
from digits.runs import models
from digits.runs import store as runs
from digits.storage import database
from digits.tasks import TaskState
from tests.runs.conftest import finished, publish


def test_without_any_run_the_starter_predicts(digits_home):
    assert [run.id for run in models.usable()] == ["starter"]
    assert models.chosen().id == "starter"


def test_the_newest_run_with_a_model_predicts_unless_another_was_chosen(digits_home):
    old, new = finished(), finished()
    runs.create(make_settings(), queued=False)  # has none
    assert [run.id for run in models.usable()] == [new.id, old.id, "starter"]
    assert models.chosen() == new
    models.choose(old)
    assert models.chosen() == old
    models.choose(runs.get("starter"))
    assert models.chosen().id == "starter"


def test_the_later_of_a_choice_and_a_training_of_ones_own_counts(digits_home):
    old, new = finished(), finished()
    models.choose(old)
    assert models.chosen() == old
    newest = finished()
    assert models.chosen() == newest  # it ended after the choice
    models.choose(new)
    assert models.chosen() == new


def test_the_later_counts_also_where_the_clock_was_set_back(digits_home):
    old, new = finished(), finished()
    database.change("UPDATE runs SET published = '2099-01-01T00:00:00+00:00' WHERE id = ?", [new.id])
    models.choose(old)
    assert models.chosen() == old
    newest = finished()
    assert models.chosen() == newest


def test_a_training_of_somebody_else_changes_nothing_for_a_visitor(digits_home):
    mine = finished(owner="anna")
    theirs = finished(owner="bert")
    assert [models.chosen(owner).id for owner in ("anna", "bert")] == [mine.id, theirs.id]
    assert models.chosen("carl").is_starter
    models.choose(theirs, "anna")
    assert models.chosen("bert") == theirs and models.chosen("anna") == theirs
    again = finished(owner="bert")
    assert models.chosen("anna") == theirs and models.chosen("bert") == again


def test_everybody_has_a_choice_and_who_has_none_gets_that_of_the_machine(digits_home):
    first, second = finished(), finished()
    models.choose(first, "anna")
    assert [models.chosen(owner).id for owner in ("anna", "bert", tasks.LOCAL)] == [first.id, second.id, second.id]
    models.choose(runs.get("starter"))
    assert [models.chosen(owner).id for owner in ("anna", "bert", tasks.LOCAL)] == [first.id, "starter", "starter"]
    models.choose(second, "anna")
    assert models.chosen("anna") == second


def test_a_chosen_run_that_was_deleted_is_forgotten(digits_home):
    kept, gone = finished(), finished()
    models.choose(gone)
    runs.delete(gone.id)
    assert models.chosen() == kept


def test_a_choice_of_a_run_that_is_none_does_no_harm(digits_home):
    run = finished()
    with database.writing() as connection:
        connection.execute("INSERT INTO choices VALUES ('local', '../..', '')")
    assert models.chosen() == run


def test_choosing_a_run_without_a_model_says_so(digits_home):
    def fail(work, run_id, part):
        raise DigitsError("There are no digits.")

    run = runs.create(make_settings(), queued=False)
    with pytest.raises(DigitsError):
        tasks.do_now("train", run.id, "", fail)
    run = runs.get(run.id)
    with pytest.raises(DigitsError, match="This run has no model to use: it is failed. Choose another one.") as told:
        models.choose(run)
    assert run.id in told.value.hint and models.chosen().is_starter
    for use in (models.recognizer, models.activations):
        with pytest.raises(DamagedFile, match="This run has no model: it is failed"):
            use(run)


def test_a_run_is_called_by_its_name_or_network_and_by_a_number_that_no_other_ever_has(digits_home):
    first, second = finished(), finished(name="my best")
    assert (first.title, second.title) == ("Convolutional · run 1", "my best · run 2")
    assert runs.get("starter").title == "Starter model"
    runs.delete(second.id)
    assert finished().title == "Convolutional · run 3"
    assert [run.number for run in runs.page(search="RUN 3")] == [3]


def test_a_run_that_was_stopped_in_its_first_epoch_predicts_only_if_it_was_chosen(digits_home):
    whole = finished()
    run = runs.create(make_settings(architecture="cnn"), queued=False)
    publish(run.id, "stopped")
    assert models.chosen() == whole
    models.choose(runs.get(run.id))
    assert models.chosen().id == run.id


def test_a_model_stays_in_use_while_its_run_is_trained_further(digits_home):
    run = finished(end=TaskState.STOPPED)
    models.choose(run)
    runs.resume(run.id)
    assert (models.chosen().id, models.chosen().is_queued) == (run.id, True)


def test_a_model_predicts_with_its_calibrated_confidence(with_sample):
    run, images = finished(), open_dataset("sample").images[:200]
    probabilities = models.recognizer(run).probabilities(images)
    starter = models.recognizer(runs.get("starter")).probabilities(images)
    assert (probabilities.argmax(axis=1) == starter.argmax(axis=1)).all()
    assert run.model.temperature == 1.5 > runs.get("starter").model.temperature
    assert np.mean(probabilities.max(axis=1)) < np.mean(starter.max(axis=1))
    assert models.activations(run).activations(images[0])


def test_a_run_can_be_followed_while_it_is_at_work_or_when_its_epochs_are_kept(digits_home):
    done, followed = finished(), finished()
    waits = runs.create(make_settings())
    with database.writing() as connection:
        connection.execute("INSERT INTO run_files VALUES (?, 'snapshot', 0, 'snapshot-0000.npz', '')", (followed.id,))
    assert [run.id for run in runs.followable()] == [waits.id, followed.id]
    with pytest.raises(DamagedFile, match="Epoch 0 of this run is not kept"):
        models.snapshot(done, 0)
    with pytest.raises(DamagedFile, match="snapshot-0000.npz is damaged. Choose another epoch"):
        models.snapshot(followed, 0)


def test_finding_the_model_is_quick_among_a_thousand_runs(digits_home):
    run = finished()
    with database.writing() as connection:
        [values] = connection.execute("SELECT * FROM runs").fetchall()
        names = values.keys()
        rows = [tuple(f"{number:04}" if name == "id" else values[name] for name in names) for number in range(1000)]
        connection.executemany(f"INSERT INTO runs VALUES ({', '.join('?' * len(names))})", rows)
    models.choose(run)
    with database.kept_open():
        began = time.process_time()
        assert models.chosen() == run
        assert len(runs.page(20)) == 20 and runs.count() == 1001
        assert time.process_time() - began < 0.1
