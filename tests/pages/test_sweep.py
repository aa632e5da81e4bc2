"""The tab Sweep on Train: its form makes a plan, and it shows what is in the database. No optimizer is needed."""

from dataclasses import replace

import pytest

from digits import tasks
from digits.networks.settings import make_settings
from digits.storage import database
from digits.sweeps import space, store
from digits.sweeps.plan import Plan
from digits.sweeps.trial import COMPLETE, FAILED, PRUNED, RUNNING, Trial
from digits.tasks import TRAINING, TaskState
from pages.train.sweep import results, tab
from tests.pages.conftest import click, texts


@pytest.fixture(autouse=True)
def optuna_is_there(monkeypatch):
    """The page only asks whether it is installed."""
    monkeypatch.setattr(tab, "is_installed", lambda name: True)


@pytest.fixture
def sweep(with_sample):
    """A sweep with four trials, of which one is at work; nobody does it."""
    sweep = store.create(Plan(space=space.default(["cnn"], "sample"), trials=4, seeds=0), queued=False)
    known = [(COMPLETE, [0.5, 0.9], 0.1), (PRUNED, [0.4], 0.4), (FAILED, [], 0.3), (RUNNING, [0.5], 0.2)]
    with database.writing() as connection:
        for number, (state, accuracies, dropout) in enumerate(known):
            params = {"dropout": dropout, "architecture": "cnn"}
            trial = Trial(sweep=sweep.id, number=number, params=params, settings=make_settings())
            store.add_trial(connection, trial)
            cause = "The disk is full." if state == FAILED else ""
            store.update_trial(trial, connection, state=state, accuracies=accuracies, seconds=2.0, cause=cause)
    return sweep


def test_start_without_touching_anything_is_a_sweep_of_twelve_trials(open_page, with_sample, no_workers):
    page = open_page("train", train_view="Sweep")
    click(page, "Start sweep")
    [sweep] = store.page()
    assert (sweep.state, no_workers, sweep.plan.trials, sweep.plan.seeds) == (TaskState.QUEUED, [TRAINING], 12, 3)
    assert (sweep.plan.sampler, sweep.plan.pruner, sweep.plan.source) == ("tpe", "asha", "sample")
    default = space.default(["cnn"], "sample")
    assert sweep.plan.space.keys() == default.keys()
    rates = "learning_rate"
    assert sweep.plan.space == replace(sweep.plan).space | default | {rates: sweep.plan.space[rates]}
    assert page.selectbox(key="sweep").value == sweep.id


def test_the_trials_are_shown_with_the_best_first(open_page, sweep):
    page = open_page("train", train_view="Sweep")
    table = page.dataframe[0].value
    assert table["Trial"].tolist() == [0, 3, 1, 2]
    assert table["State"].tolist() == ["Complete", "Unfinished", "Ended early", "Failed"]
    assert table["Dropout"].tolist() == [0.1, 0.2, 0.4, 0.3]
    assert table["Reason"].tolist() == ["", "", "", "The disk is full."]
    assert "Network" not in table  # it is the same in all
    assert [metric.value for metric in page.metric] == ["90.0%"]


def test_the_winner_is_the_best_of_how_many(open_page, sweep):
    store.update(sweep.id, best=0, importance={"dropout": 1.0})
    page = open_page("train", train_view="Sweep")
    assert "Trial 0 is the best of 3 on the validation digits." in texts(page)
    assert len(page.get("plotly_chart")) == 3
    assert "Dropout matters most: it explains 100% of the differences between the trials." in texts(page)


def test_behind_the_curves_of_the_trials_and_what_matters_are_their_numbers(open_page, sweep):
    store.update(sweep.id, best=0, importance={"dropout": 0.75, "learning_rate": 0.25})
    page = open_page("train", train_view="Sweep")
    for name in ("histories", "importance"):
        page.session_state[f"sweep_{name}_{sweep.id}_table"] = True
    histories, importance, _ = (table.value for table in page.run().dataframe)
    assert histories["Validation accuracy"].tolist() == [0.5, 0.9, 0.4, 0.5]
    assert importance["Importance"].tolist() == [0.75, 0.25]


def test_the_time_left_is_said_as_soon_as_trials_have_taken_some(sweep):
    trials = store.trials(sweep.id)  # three of four have ended
    assert results._left(sweep, trials) == results._left(sweep, []) == ", estimating the time left"
    assert results._left(replace(sweep, seconds=6.0), trials) == ", a few seconds left"
    assert results._left(replace(sweep, seconds=90.0), trials) == ", about 30 s left"


def test_a_sweep_that_ended_early_can_be_continued_and_stopped(open_page, sweep, no_workers):
    page = open_page("train", train_view="Sweep")
    click(page, "Continue sweep")
    assert store.get(sweep.id).state == TaskState.QUEUED
    click(page, "Stop")
    assert tasks.find(store.KIND, sweep.id).state == TaskState.STOPPED


def test_without_optuna_the_tab_says_what_to_install(open_page, with_sample, monkeypatch):
    monkeypatch.setattr(tab, "is_installed", lambda name: False)
    page = open_page("train", train_view="Sweep")
    assert "requirements-sweep.txt" in page.info[0].value
    assert "Start sweep" not in [button.label for button in page.button]
