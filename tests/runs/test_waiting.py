"""How long the runs in the queue still take."""

import os

import pytest

from digits import tasks
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import updates, waiting
from digits.runs.run import RunState
from digits.storage import database
from tests.runs.conftest import finished
from tests.runs.test_store import claim


def left(run):
    return waiting.seconds_left().get(run.task_id)


def test_before_any_run_a_training_takes_as_long_as_its_recipe_was_measured_to_take(digits_home):
    run = runs.create(make_settings(architecture="cnn", source="sample"))
    longer = runs.create(make_settings(architecture="cnn", source="sample", epochs=60))
    assert left(run) == pytest.approx(10 + waiting.AFTER)
    assert left(longer) == pytest.approx(2 * left(run))


def test_later_it_takes_as_long_as_the_last_ones_like_it_did_here(digits_home):
    for seconds in (30, 60, 90):
        run = finished(num_epochs=3, source="sample")
        with database.writing() as connection:
            connection.execute("UPDATE tasks SET seconds = ?, began = id WHERE id = ?", (seconds, run.task_id))
    assert left(runs.create(run.settings)) == pytest.approx(60)
    other = runs.create(make_settings(architecture="linear", source="sample"))
    assert left(other) == pytest.approx(2 + waiting.AFTER)


def test_a_run_at_work_has_what_it_says_itself(digits_home):
    run = runs.create(make_settings(architecture="cnn", source="sample"))
    claim(os.getpid())
    updates.set_stage(run.id, RunState.RUNNING, left=7.5)
    other = runs.create(make_settings(architecture="cnn", source="sample"))
    assert left(run) == 7.5 + waiting.AFTER
    updates.set_stage(run.id, RunState.EVALUATING)
    assert left(run) == waiting.AFTER
    assert waiting.place(tasks.find("train", other.id)) == tasks.Place(1, 1, waiting.AFTER)
