"""What completes a step, and what does not."""

import json
import random

import pytest

from digits.evaluation import evaluate, fine_tune_result
from digits.evaluation import store as results
from digits.evaluation.store import Subject
from digits.lessons import checks, contrast, store
from digits.lessons.learners import learner
from digits.networks.settings import make_settings
from digits.runs import store as runs
from tests.pages.conftest import copy_run, execute

ME = "visitor"


def said(name):
    return checks.check(name, learner(ME))


def finished(run, accuracy, *, owner=ME, created=None, **changes):
    """A finished run of an owner, as if it had other settings and that accuracy on its test set."""
    copy = copy_run(run, created=created or "2999-01-01T00:00:00+00:00")
    settings = make_settings(**{"architecture": "cnn"} | changes).as_dict() | {
        name: value for name, value in changes.items() if name in ("parent", "damage")
    }
    execute(
        "UPDATE runs SET owner = ?, settings = ?, architecture = ? WHERE id = ?",
        owner, json.dumps(settings), settings["architecture"], copy.id,
    )  # fmt: skip
    copy = runs.get(copy.id)
    report = {"accuracy": accuracy, "test": "tutorial"}
    results.put(Subject.of(copy), evaluate.KIND, "tutorial", report)
    return copy


@pytest.mark.parametrize("name", checks.CHECKS)
def test_no_step_is_done_before_or_right_after_the_beginning(with_run, name):
    assert said(name) == ""
    store.begin(ME)
    finished(with_run, 0.99, owner="other")
    finished(with_run, 0.99, created="2020-01-01T00:00:00+00:00")
    assert said(name) == ""


def test_the_accuracy_must_be_predicted_before_the_training(with_run):
    store.begin(ME)
    finished(with_run, 0.877, architecture="linear", created=store.acts(ME)[store.BEGUN].done)
    store.note(ME, "guess", accuracy=0.5)
    assert said("simplest") == ""
    finished(with_run, 0.88, architecture="linear")
    assert said("simplest") == "You predicted 50%. The network reached 88.0%: 38 points apart."


def test_only_another_network_with_more_than_98_percent_reaches_the_goal(with_run):
    store.begin(ME)
    finished(with_run, 0.99, architecture="linear")
    finished(with_run, 0.98)
    assert said("goal") == ""
    finished(with_run, 0.981)
    assert said("goal") == "You reached 98.1% with the network “Convolutional”."


def test_a_healed_network_is_no_fine_tuned_one(with_run):
    store.begin(ME)
    for changes in ({"damage": "noise=1", "parent": with_run.id}, {"parent": with_run.id}):
        assert said("fine_tuned") == ""
        tuned = finished(with_run, 0.9, architecture="mlp", **changes)
        learned = {"n": 6, "before": 2, "after": 6}
        results.put(Subject.of(tuned), fine_tune_result.KIND, "", {"learned": learned})
    assert said("fine_tuned").endswith("2 were correct before and 6 are now.")


def test_the_simplest_step_wants_the_simplest_network(with_run):
    store.begin(ME)
    store.note(ME, "guess", accuracy=0.5)
    finished(with_run, 0.9, architecture="mlp")
    assert said("simplest") == ""


@pytest.mark.parametrize("seed", range(4))
def test_the_contrast_is_the_same_network_trained_in_two_ways_under_neutral_names(digits_home, seed):
    store.begin(ME)
    made = contrast.begin(ME, order=random.Random(seed))
    both = {name: runs.get(made[name]) for name in "AB"}
    assert [run.name for run in both.values()] == ["Network A", "Network B"] and {
        run.owner for run in both.values()
    } == {ME}
    [bad] = [run for run in both.values() if run.id == made["overfitted"]]
    [good] = [run for run in both.values() if run.id != made["overfitted"]]
    assert bad.settings == contrast.overfitted() and good.settings == contrast.good()
    assert bad.settings.train_digits == 1_000 and not bad.settings.augmentation and good.settings.augmentation


def test_either_name_may_be_the_overfitted_one(digits_home):
    store.begin(ME)
    made = [contrast.begin(ME, order=random.Random(seed)) for seed in range(8)]
    assert {one["overfitted"] == one["A"] for one in made} == {True, False}
