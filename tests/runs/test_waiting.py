"""How long the runs in the queue still take."""

import os

import pytest

from digits import classes, tasks
from digits.errors import QueueFull
from digits.networks.damage import Damage
from digits.networks.settings import make_settings
from digits.runs import healing, updates, waiting
from digits.runs import store as runs
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


@pytest.mark.parametrize("heals", [False, True])
def test_a_fourth_training_of_a_pupil_is_refused_and_leaves_no_run_behind(digits_home, heals):
    parent = finished(owner="anna")
    classes.create("7b", "1234")
    for _ in range(3):
        runs.create(make_settings(), owner="anna")
    before = runs.page(), sorted((digits_home / "runs").iterdir())
    with pytest.raises(QueueFull, match="You have 3 in the queue already"):
        if heals:
            healing.begin(parent, Damage(noise=0.5), owner="anna")
        else:
            runs.create(make_settings(), owner="anna")
    assert (runs.page(), sorted((digits_home / "runs").iterdir())) == before
