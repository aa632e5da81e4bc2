"""Trials that JAX trains at once: each is told to the study by itself, and becomes a run of its own."""

import json

import pytest

from digits import tasks
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.sweeps import race, store
from digits.sweeps.plan import Plan
from digits.sweeps.trial import COMPLETE
from digits.tasks import TaskState
from tests.sweeps.conftest import do
from tests.sweeps.quick_trials import accuracy
from tests.sweeps.test_search import read_by_optuna
from tests.training.conftest import output_of

RATES = {"architecture": "linear", "learning_rate": {"low": 0.001, "high": 0.1, "log": True}, "epochs": 9}
PLAN = {"space": RATES, "backend": "jax", "trials": 12, "seeds": 2, "parallel": 1, "sampler": "random"}


@pytest.fixture
def race_of_twelve(quick):
    """A sweep whose trials differ in their learning rate alone: a race of ten, and one of two."""
    return store.create(Plan(**PLAN), queued=False)


def parts(sweep):
    """The races that a sweep has had, by their names."""
    names = {race.part(trial) for repeats in (False, True) for trial in store.trials(sweep.id, repeats_best=repeats)}
    return sorted(name for name in names if tasks.find(race.KIND, sweep.id, name))


def test_only_trials_that_differ_in_the_learning_rate_alone_are_a_race_on_jax_and_on_this_machine():
    assert Plan(**PLAN).is_race
    assert not Plan(**PLAN | {"backend": "tensorflow"}).is_race
    assert not Plan(**PLAN | {"ray": "local"}).is_race
    assert not Plan(**PLAN | {"space": RATES | {"batch_size": [32, 64]}}).is_race
    assert not Plan(**PLAN | {"space": RATES | {"architecture": ["linear", "mlp"]}}).is_race
    assert Plan(**PLAN | {"space": RATES | {"architecture": ["linear"], "batch_size": [32]}}).is_race


def test_ten_are_asked_for_trained_at_once_and_told_one_by_one_also_if_their_worker_is_killed(
    race_of_twelve, monkeypatch
):
    monkeypatch.setenv("KILLED_RACE", "1")
    sweep = do(race_of_twelve)
    trials, study = store.trials(sweep.id), read_by_optuna(sweep)
    assert sweep.state == TaskState.DONE
    assert parts(sweep) == ["seeds 0", "trials 0", "trials 1"]
    assert [trial.state for trial in trials] == [COMPLETE] * 12
    assert [trial.accuracies[-1] for trial in trials] == [accuracy(trial.settings, 9) for trial in trials]
    assert [trial.value for trial in study.trials] == [trial.val_accuracy for trial in trials]
    assert [len(trial.intermediate_values) for trial in study.trials] == [9] * 12
    found = [runs.get(trial.run) for trial in trials]
    assert len({run.id for run in found}) == 12 and len(runs.page(limit=-1)) == 14
    assert [run.settings for run in found] == [trial.settings for trial in trials]
    assert {run.state for run in found} == {RunState.DONE}
    assert sweep.best == max(range(12), key=lambda number: trials[number].val_accuracy)
    assert [trial.settings.seed for trial in store.trials(sweep.id, repeats_best=True)] == [1, 2]


def test_a_paused_race_begins_again_and_a_stopped_one_keeps_what_it_has_reached(race_of_twelve, monkeypatch):
    sweep, look = race_of_twelve, race.RaceTrials.look

    def ask(what):
        def look_and_ask(place, trial):
            task = tasks.find(race.KIND, sweep.id, race.part(trial))
            if task.state == TaskState.RUNNING and task.fraction:
                tasks.stop(sweep.task.id, what)
            return look(place, trial)

        monkeypatch.setattr(race.RaceTrials, "look", look_and_ask)

    monkeypatch.setenv("ASKED_RACE", "1")
    ask("pause")
    assert do(sweep).state == TaskState.PAUSED
    assert runs.page(limit=-1) == [] and len(store.trials(sweep.id)) == 10
    ask("stop")
    store.resume(sweep, queued=False)
    sweep = do(sweep)
    trials = store.trials(sweep.id)
    assert sweep.state == TaskState.STOPPED and len(trials) == 10
    assert {runs.get(trial.run).state for trial in trials} == {RunState.STOPPED}
    assert all(0 < len(trial.accuracies) < 9 for trial in trials)
    assert sweep.best is not None and not tasks.unfinished()


CODE = """
import json
from digits import tasks
from digits.data.dataset import open_dataset
from digits.runs import store as runs, transfer
from digits.sweeps import race, race_worker, store
from digits.sweeps.plan import Plan
from digits.sweeps.trial import Trial
from digits.training import trainer

rates = [0.003, 0.01, 3e38]
space = {"architecture": "linear", "epochs": 2, "schedule": "constant", "learning_rate": rates}
plan = Plan(space=space, backend="jax")
sweep = store.create(plan, queued=False)
trials = [
    Trial(sweep=sweep.id, number=number, params={},
          settings=plan.settings(plan.space | {"learning_rate": rate, "train_digits": 512}))
    for number, rate in enumerate(rates)
]
tasks.look_after = lambda: None
race.RaceTrials(sweep).begin(trials)
tasks.do_now(race.KIND, sweep.id, "trials 0", race_worker.run, lane=tasks.TRIALS)
*found, diverged = store.trials(sweep.id)
alone = []
for trial in found:
    rows = []
    fitted = trainer.fit(trial.settings, open_dataset("sample"), "CPU", on_epoch=rows.append)
    weights = transfer.weights(runs.get(trial.run))
    off = max(float(abs(a - b).max()) for a, b in zip(weights, fitted.model.get_weights(), strict=True))
    alone.append([rows, off])
print(json.dumps({"alone": alone, "together": [runs.epochs(trial.run) for trial in found],
                  "diverged": [diverged.run, diverged.cause]}))
"""


def test_each_trial_of_a_race_is_trained_as_if_alone_and_one_that_diverges_fails_alone(with_sample):
    said = json.loads(output_of(CODE, library="jax"))
    for (alone, off), together in zip(said["alone"], said["together"], strict=True):
        assert off < 1e-4
        for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"):
            assert [row[name] for row in together] == pytest.approx([row[name] for row in alone], rel=1e-3, abs=1e-3)
    assert said["diverged"] == [None, "The training failed: the loss became NaN; lower the learning rate."]
