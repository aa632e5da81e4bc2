"""A sweep from its first trial to its winner, and the study that Optuna's own tools read."""

import pytest
from filelock import FileLock

from digits import tasks
from digits.errors import DigitsError
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage.home import sweep_folder
from digits.sweeps import result, store, study
from digits.sweeps.study import FILE
from digits.sweeps.trial import COMPLETE, FAILED, PRUNED
from digits.tasks import TaskState
from tests.sweeps.conftest import do
from tests.sweeps.quick_trials import accuracy


def read_by_optuna(sweep):
    """The study as Optuna's own reader finds it."""
    import optuna

    backend = optuna.storages.journal.JournalFileBackend(str(sweep_folder(sweep.id) / FILE))
    return optuna.load_study(study_name=None, storage=optuna.storages.JournalStorage(backend))


def test_every_trial_is_a_run_and_the_best_by_validation_accuracy_wins(quick):
    sweep = do(quick(pruner="none"))
    found = result.as_dict(sweep)
    assert sweep.state == TaskState.DONE
    assert [trial["state"] for trial in found["trials"]] == [COMPLETE] * 6
    assert len({trial["run"] for trial in found["trials"]}) == 6
    best = max(found["trials"], key=lambda trial: trial["val_accuracy"])
    assert (found["best"]["number"], found["best"]["of"]) == (best["number"], 6)
    run = runs.get(best["run"])
    assert best["val_accuracy"] == accuracy(run.settings, 9) == run.val_accuracy
    assert run.details["best_of"] == 6
    assert best["params"]["dropout"] == run.settings.dropout
    seeds = [runs.get(run_id).settings for run_id in found["best"]["seeds"]["runs"]]
    assert [(each.seed, each.dropout) for each in seeds] == [(1, run.settings.dropout), (2, run.settings.dropout)]
    assert found["best"]["seeds"]["val_accuracy"]["n"] == 2
    assert sum(sweep.importance.values()) == pytest.approx(1)


def test_poor_trials_end_early_and_optunas_own_reader_finds_each_trial_once(quick):
    sweep = do(quick(seeds=0, parallel=1, trials=8))
    study, trials = read_by_optuna(sweep), store.trials(sweep.id)
    assert [trial.number for trial in study.trials] == [trial.number for trial in trials] == list(range(8))
    states = {COMPLETE: "COMPLETE", PRUNED: "PRUNED", FAILED: "FAIL"}
    assert [trial.state.name for trial in study.trials] == [states[trial.state] for trial in trials]
    assert [trial.value for trial in study.trials] == [trial.val_accuracy for trial in trials]
    assert study.best_trial.number == sweep.best
    pruned = [trial for trial in trials if trial.state == PRUNED]
    assert pruned
    assert all(len(trial.accuracies) < 9 for trial in pruned)
    assert all(len(trial.accuracies) == 9 for trial in trials if trial.state == COMPLETE)
    assert trials[sweep.best].state == COMPLETE
    assert runs.get(pruned[0].run).state == RunState.STOPPED


def test_a_study_that_another_process_holds_is_waited_for_only_so_long(quick, monkeypatch):
    monkeypatch.setattr(study, "LOCK_SECONDS", 0.1)
    sweep = quick()
    file = sweep_folder(sweep.id) / FILE
    file.parent.mkdir(parents=True)
    with FileLock(file.with_suffix(".lock")), pytest.raises(DigitsError, match="Another process works at this sweep"):
        do(sweep)
    assert store.get(sweep.id).task.cause.endswith("End it, then continue the sweep.")


def test_a_grid_tries_each_point_once_and_no_more(quick):
    sweep = do(quick(sampler="grid", trials=100, seeds=0, pruner="none", parallel=4))
    points = [(trial.params["learning_rate"], trial.params["dropout"]) for trial in store.trials(sweep.id)]
    assert len(points) == len(set(points)) == 9
    assert store.trials(sweep.id)[sweep.best].params["learning_rate"] == pytest.approx(0.01)


def test_a_killed_worker_continues_its_trial_and_the_search_does_not_wait_for_one_that_somebody_paused(
    quick, monkeypatch
):
    monkeypatch.setenv("KILLED_TRIAL", "trial 1")
    begin = store.add_trial

    def pause_one(connection, trial):
        begin(connection, trial)
        if trial.number == 2:
            connection.execute("UPDATE tasks SET request = 'pause' WHERE subject = ?", (trial.run,))

    monkeypatch.setattr(store, "add_trial", pause_one)
    sweep = do(quick(seeds=0, trials=3, pruner="none"))
    trials = store.trials(sweep.id)
    assert sweep.state == TaskState.DONE
    assert [(trial.state, len(trial.accuracies)) for trial in trials] == [(COMPLETE, 9), (COMPLETE, 9), (FAILED, 0)]
    assert trials[2].cause == "It ended before its first epoch."


def test_a_paused_sweep_continues_to_the_same_end(quick, monkeypatch):
    whole = do(quick(seeds=0, pruner="none"))
    sweep = quick(seeds=0, pruner="none")
    begin = store.add_trial

    def pause_soon(connection, trial):
        begin(connection, trial)
        if trial.number == 3:
            connection.execute("UPDATE tasks SET request = 'pause' WHERE subject = ?", (sweep.id,))

    monkeypatch.setattr(store, "add_trial", pause_soon)
    sweep = do(sweep)
    assert sweep.state == TaskState.PAUSED
    assert {runs.get(trial.run).state for trial in store.trials(sweep.id)} <= {RunState.PAUSED, RunState.DONE}
    monkeypatch.setattr(store, "add_trial", begin)
    store.resume(sweep, queued=False)
    sweep = do(sweep)
    assert sweep.state == TaskState.DONE
    assert [trial.accuracies for trial in store.trials(sweep.id)] == [t.accuracies for t in store.trials(whole.id)]
    assert sweep.best == whole.best


def test_a_stopped_sweep_keeps_its_best_so_far_and_tries_no_seeds(quick, monkeypatch):
    sweep, begin = quick(pruner="none", trials=50), store.add_trial

    def stop_soon(connection, trial):
        begin(connection, trial)
        if trial.number == 4:
            connection.execute("UPDATE tasks SET request = 'stop' WHERE subject = ?", (sweep.id,))

    monkeypatch.setattr(store, "add_trial", stop_soon)
    sweep = do(sweep)
    assert sweep.state == TaskState.STOPPED
    found = result.as_dict(sweep)
    assert 5 <= len(found["trials"]) < 50
    assert found["best"]["seeds"]["runs"] == []
    assert found["best"]["val_accuracy"] == max(
        trial["val_accuracy"] for trial in found["trials"] if trial["state"] == COMPLETE
    )
    assert not tasks.unfinished()
