"""Trials on a Ray cluster: each comes back as a run, also when a node vanishes."""

import shutil
import signal
import socket
import tempfile
import time
from random import Random
from types import SimpleNamespace

import pytest

from digits import pipeline
from digits.errors import DigitsError
from digits.networks.backends import versions
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage.home import ROOT
from digits.sweeps import cluster, node, ray_trials, search, store
from digits.sweeps.plan import Plan
from digits.sweeps.trial import COMPLETE, RUNNING, Trial
from digits.tasks import TaskState
from tests.benchmarks.sweep import started
from tests.sweeps.conftest import SPACE, do
from tests.sweeps.quick_trials import accuracy, train
from tests.sweeps.test_killed_sweeps import KILLS
from tests.sweeps.test_search import read_by_optuna

QUICK = """import sys
if "default_worker.py" in " ".join(sys.orig_argv):
    from tests.sweeps.quick_trials import take_over
    take_over()
"""


@pytest.fixture
def two_nodes(quick, tmp_path, monkeypatch):
    """A cluster of two nodes on this machine, each with one processor."""
    pytest.importorskip("ray", reason="requirements-sweep.txt is not installed")
    from ray.cluster_utils import Cluster

    site = tmp_path / "site" / "sitecustomize.py"
    site.write_text(site.read_text() + f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n" + QUICK)
    monkeypatch.setenv("EPOCH_SECONDS", "0.3")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    short = tempfile.mkdtemp(prefix="ray-")  # the path of a socket has at most 107 bytes
    monkeypatch.setenv("TMPDIR", short)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    here = Cluster()
    started(here, num_cpus=1, include_dashboard=False)
    here.second = started(here, num_cpus=1)
    yield here
    here.shutdown()
    shutil.rmtree(short, ignore_errors=True)


def test_a_node_that_vanishes_costs_no_trial(two_nodes, quick, monkeypatch):
    sweep, note = quick(pruner="none", seeds=1, trials=5, parallel=2, ray=two_nodes.address), store.update_trial

    def lose_a_node(trial, connection=None, **values):
        if trial.number == 1 and len(values.get("accuracies", ())) > 3 and two_nodes.second:
            two_nodes.remove_node(two_nodes.second, allow_graceful=False)
            two_nodes.second = None
        return note(trial, connection, **values)

    monkeypatch.setattr(store, "update_trial", lose_a_node)
    sweep = do(sweep)
    trials = store.trials(sweep.id)
    assert two_nodes.second is None
    assert sweep.state == TaskState.DONE
    assert [trial.state for trial in trials] == [COMPLETE] * 5
    assert [trial.val_accuracy for trial in trials] == [accuracy(trial.settings, 9) for trial in trials]
    assert [trial.state.name for trial in read_by_optuna(sweep).trials] == ["COMPLETE"] * 5
    assert len(runs.page(limit=-1)) == 6  # with the winner's fresh seed
    assert all(trial.node and runs.get(trial.run).name.endswith(trial.label) for trial in trials)


def test_nodes_killed_again_and_again_cost_no_trial(two_nodes, quick, monkeypatch):
    sweep = quick(pruner="none", seeds=1, trials=3 + 2 * KILLS, parallel=2, ray=two_nodes.address)
    chance, killed, care = Random(16), [0.0], search.Search._care

    def care_and_kill(search):
        care(search)
        is_due = len(killed) <= KILLS and time.monotonic() > killed[-1]  # the test is about any moment
        if is_due and any(trial.state == RUNNING and trial.accuracies for trial in store.trials(sweep.id)):
            two_nodes.remove_node(two_nodes.second, allow_graceful=False)
            two_nodes.second = started(two_nodes, num_cpus=1)
            killed.append(time.monotonic() + chance.uniform(0, 3))

    monkeypatch.setattr(search.Search, "_care", care_and_kill)
    sweep = do(sweep)
    trials = store.trials(sweep.id)
    assert len(killed) == KILLS + 1
    assert sweep.state == TaskState.DONE
    assert [trial.number for trial in trials] == list(range(sweep.plan.trials))
    assert [trial.state for trial in trials] == [COMPLETE] * len(trials)
    assert [trial.val_accuracy for trial in trials] == [accuracy(trial.settings, 9) for trial in trials]
    assert [trial.state.name for trial in read_by_optuna(sweep).trials] == ["COMPLETE"] * len(trials)
    assert len({trial.run for trial in trials}) == len(trials) == len(runs.page(limit=-1)) - 1
    assert sweep.best == max(range(len(trials)), key=lambda number: trials[number].val_accuracy)


def test_an_address_where_nobody_answers_is_said_at_once(monkeypatch):
    monkeypatch.setattr(cluster, "is_installed", lambda name: True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]
    for address in (f"127.0.0.1:{free}", "nonsense"):
        with pytest.raises(DigitsError, match="No Ray cluster answers at this address"):
            cluster.check(address)


def test_without_ray_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(cluster, "is_installed", lambda name: False)
    with pytest.raises(DigitsError, match="Ray is not installed. Install what requirements-sweep.txt lists."):
        cluster.check("local")


class SilentRay:
    """A cluster that never answers."""

    exceptions = SimpleNamespace(RayError=TimeoutError)

    def wait(self, promises, timeout):
        return [], promises

    def get(self, promise, timeout):
        raise TimeoutError


def test_a_board_that_does_not_answer_leaves_a_trial_where_it_was(digits_home):
    sweep = store.create(Plan(space=SPACE, trials=1, seeds=0), queued=False)
    trial = Trial(sweep=sweep.id, number=0, params={}, settings=make_settings(), accuracies=[0.5])
    there = ray_trials.RayTrials(sweep)
    there.ray, there.begun = SilentRay(), {trial.key: "promised"}
    there.board = SimpleNamespace(read=SimpleNamespace(remote=lambda: "board"))
    assert there.look(trial).accuracies == [0.5]


TAKEN_AWAY = """
import os, signal
from digits import tasks
from digits.networks.settings import make_settings
from digits.runs import store as runs
run = runs.create(make_settings(), queued=False)
tasks.do_now("train", run.id, "", lambda *work: os.kill(os.getpid(), signal.SIGKILL), lane=tasks.TRAINING)
"""


def test_what_a_trial_left_that_was_taken_from_a_node_goes_with_the_next_one(python, digits_home, monkeypatch):
    assert python(TAKEN_AWAY).wait() == -signal.SIGKILL
    assert [run.state for run in runs.page()] == [RunState.LOST]
    monkeypatch.setattr(node, "_report", lambda *trial: None)
    monkeypatch.setattr(pipeline, "run", train)
    told = node._train("key", "trial 1", make_settings(architecture="linear", epochs=1).as_dict(), None, 1.0)
    assert told["state"] == "done" and told["zip"]
    assert runs.page() == []


def test_a_node_with_other_versions_trains_nothing():
    expected = versions("tensorflow") | {"keras": "2.0"}
    told = node.train("key", "trial 0", {"backend": "tensorflow"}, None, None, expected, None, 1.0)
    keras = versions("tensorflow")["keras"]
    assert told["state"] == "failed"
    assert f" has other versions: keras {keras} instead of 2.0. Install the same on all nodes." in told["cause"]
