"""Sweeps with trials that take no time: their workers are real processes, without TensorFlow."""

import pytest

from digits import tasks
from digits.sweeps import search, store
from digits.sweeps.plan import Plan
from tests.faults.conftest import harmed_workers as harmed_workers
from tests.faults.conftest import no_worker_outlives_its_test as no_worker_outlives_its_test

SPACE = {
    "architecture": "cnn",
    "learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    "dropout": {"low": 0.0, "high": 0.5},
    "epochs": 9,
}


@pytest.fixture
def quick(with_sample, harmed_workers):
    """quick(**plan) makes a sweep of quick trials, which nobody has begun."""
    pytest.importorskip("optuna", reason="requirements-sweep.txt is not installed")
    harmed_workers("from tests.sweeps.quick_trials import take_over; take_over()")

    def quick(**changes) -> store.Sweep:
        plan = {"trials": 6, "seeds": 2, "sampler": "random", "parallel": 2} | changes
        return store.create(Plan(space=SPACE, **plan), queued=False)

    return quick


def do(sweep: store.Sweep) -> store.Sweep:
    """Do a sweep in this process, to its end."""
    tasks.do_now(store.KIND, sweep.id, "", search.run, lane=tasks.TRAINING)
    return store.get(sweep.id)
