"""kill -9 of the process that searches, and of its workers, at random times: each trial ends exactly once all the same.

DIGITS_KILLS=20 kills more often than the suite has time for.
"""

import contextlib
import os
import random
import signal
import time

import psutil

from digits import tasks
from digits.runs import store as runs
from digits.sweeps import store
from digits.sweeps.plan import Plan
from digits.sweeps.study import Study
from digits.sweeps.trial import COMPLETE
from digits.tasks import TaskState
from tests.conftest import fill, wait_until
from tests.faults.conftest import workers_of
from tests.sweeps.quick_trials import accuracy
from tests.sweeps.test_search import read_by_optuna

SEARCH = """
import sys
from digits import tasks
from digits.sweeps import search, store
tasks.do_now(store.KIND, sys.argv[1], "", search.run, lane=tasks.TRAINING)
"""
KILLS = int(os.environ.get("DIGITS_KILLS", "3"))


def test_killed_again_and_again_a_sweep_ends_as_if_it_had_never_been(quick, python, digits_home):
    sweep = quick(pruner="none", seeds=1, trials=8 + KILLS * 2)
    chance = random.Random(16)
    for number in range(KILLS):
        process, seen = python(SEARCH, sweep.id), len(store.trials(sweep.id))
        wait_until(lambda seen=seen: len(store.trials(sweep.id)) > seen or store.get(sweep.id).state.is_final)
        time.sleep(chance.uniform(0, 0.3))  # the test is about any moment
        if number % 2 and (workers := workers_of(digits_home)):
            with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
                chance.choice(workers).kill()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert python(SEARCH, sweep.id).wait() == 0
    check_that_it_ended_as_if_undisturbed(store.get(sweep.id))


def test_a_full_disk_ends_a_sweep_and_with_room_again_it_continues_to_the_same_end(
    quick, python, sample_data, small_disk, monkeypatch
):
    home = small_disk / "home"
    home.mkdir()
    (home / "data").symlink_to(sample_data)
    monkeypatch.setenv("DIGITS_HOME", str(home))
    small = {"architecture": "linear", "learning_rate": {"low": 0.001, "high": 0.1, "log": True}, "epochs": 9}
    sweep = store.create(
        Plan(space=small, sampler="random", pruner="none", trials=8, seeds=1, parallel=2), queued=False
    )
    process = python(SEARCH, sweep.id)
    wait_until(lambda: any(trial.accuracies for trial in store.trials(sweep.id)[2:]))
    filler = fill(small_disk)
    assert process.wait() != 0
    filler.unlink()
    wait_until(lambda: store.get(sweep.id).state.is_final)
    assert store.get(sweep.id).state in (TaskState.FAILED, TaskState.LOST)
    assert python(SEARCH, sweep.id).wait() == 0
    check_that_it_ended_as_if_undisturbed(store.get(sweep.id))


def check_that_it_ended_as_if_undisturbed(sweep: store.Sweep) -> None:
    """Each trial ended once, and the winner is the one of an undisturbed search."""
    trials, study = store.trials(sweep.id), read_by_optuna(sweep)
    assert sweep.state == TaskState.DONE
    assert [trial.number for trial in trials] == list(range(sweep.plan.trials))
    assert [trial.state for trial in trials] == [COMPLETE] * len(trials)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * len(trials)
    assert len({trial.run for trial in trials}) == len(trials)
    assert len(runs.page(limit=-1)) == len(trials) + 1
    assert not [task for task in tasks.unfinished() if task.kind != "sweep"]
    # What an undisturbed search chooses, and what each trial reaches, is known beforehand.
    undisturbed = Study("undisturbed", sweep.plan)
    expected = [sweep.plan.settings(undisturbed.ask(number)) for number in range(len(trials))]
    assert [trial.settings for trial in trials] == expected
    assert [trial.val_accuracy for trial in trials] == [accuracy(settings, 9) for settings in expected]
    assert sweep.best == max(range(len(trials)), key=lambda number: trials[number].val_accuracy)
