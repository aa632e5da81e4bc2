"""python -m digits sweep: its JSON, its list, and what it refuses. Trials that take no time."""

import json

import pytest

from digits.sweeps import space, store
from digits.sweeps.plan import Plan
from tests.faults.conftest import harmed_workers as harmed_workers
from tests.faults.conftest import no_worker_outlives_its_test as no_worker_outlives_its_test


def test_json_names_every_trial_and_the_best_and_the_list_names_the_sweep(run, with_sample, harmed_workers, tmp_path):
    pytest.importorskip("optuna", reason="requirements-sweep.txt is not installed")
    harmed_workers("from tests.sweeps.quick_trials import take_over; take_over()")
    ranges = tmp_path / "ranges.toml"
    ranges.write_text("dropout = [0.1, 0.2, 0.3]\nepochs = 3\n")
    said = run("sweep", "--space", ranges, "--sampler", "grid", "--pruner", "none", "--seeds", 1, "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert found.keys() == {"sweep", "trials", "best", "seconds"}
    assert [trial["number"] for trial in found["trials"]] == [0, 1, 2]
    assert {trial["state"] for trial in found["trials"]} == {"complete"}
    names = {"number", "state", "run", "params", "val_accuracy", "seconds", "node"}
    assert all(trial.keys() == names for trial in found["trials"])
    best = found["best"]
    assert (best["params"]["dropout"], best["of"], len(best["seeds"]["runs"])) == (0.2, 3, 1)
    listed = json.loads(run("sweep", "--list", "--json").out)["sweeps"]
    assert [(row["sweep"], row["state"], row["ended"]) for row in listed] == [(found["sweep"], "done", 3)]
    said = run("sweep", "--resume", found["sweep"])
    assert (said.code, "This sweep is done. Start a new one." in said.err) == (1, True)


def test_the_newest_sweep_is_listed_first(run):
    assert "No sweeps yet" in run("sweep", "--list").out
    first, second = (store.create(Plan(space=space.default(["cnn"], "sample")), queued=False) for _ in range(2))
    assert [line.split()[0] for line in run("sweep", "--list").out.splitlines()] == [second.id, first.id]


def test_what_cannot_work_is_refused_before_anything_is_stored(run, tmp_path, monkeypatch):
    monkeypatch.setattr("digits.sweeps.study.is_installed", lambda name: True)
    ranges = tmp_path / "ranges.toml"
    ranges.write_text("batch_size = [32, 50_000]\n")
    said = run("sweep", "--space", ranges)
    assert (said.code, "there are only 3,200 training digits" in said.err) == (2, True)
    assert run("sweep", "--trials", 0).code == 2
    assert "There is no such sweep." in run("sweep", "--resume", "nothing").err
    assert "Leave out --trials, --architecture." in run(
        "sweep", "--resume", "nothing", "--trials", 3, "--architecture", "mlp"
    ).err  # fmt: skip
    assert run("sweep", "--resume", "nothing", "--list").code == 2
    monkeypatch.setattr("digits.sweeps.cluster.is_installed", lambda name: True)
    assert "No Ray cluster answers at this address" in run("sweep", "--ray", "nonsense").err
    assert store.page() == []


def test_without_optuna_it_says_what_to_install(run, monkeypatch):
    monkeypatch.setattr("digits.sweeps.study.is_installed", lambda name: False)
    said = run("sweep")
    assert (said.code, "pip install -r requirements-sweep.txt" in said.err) == (1, True)
