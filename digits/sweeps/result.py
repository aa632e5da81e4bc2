"""What came out of a sweep, as plain values for JSON and for pages."""

from typing import Any

from digits.errors import UnknownRun
from digits.evaluation import evaluate
from digits.runs import store as runs
from digits.sweeps import store
from digits.sweeps.store import Sweep
from digits.sweeps.trial import COMPLETE, FAILED, RUNNING, Trial, best_of, spread


def as_dict(sweep: Sweep) -> dict[str, Any]:
    """Return {sweep, trials, best, seconds}, which `python -m digits sweep --json` prints."""
    trials = store.trials(sweep.id)
    return {
        "sweep": sweep.id,
        "trials": [trial.as_dict() for trial in trials],
        "best": winner(sweep, trials),
        "seconds": sweep.seconds,
    }


def winner(sweep: Sweep, trials: list[Trial]) -> dict[str, Any] | None:
    """Return the trial that won, of how many, its test accuracy, and that of the same network with fresh seeds.

    None before all trials have ended. seeds: {runs, val_accuracy, test_accuracy}, each of the last two {n, mean, sd}.
    """
    if sweep.best is None:
        return None
    best = next(trial for trial in trials if trial.number == sweep.best)
    repeats = [trial for trial in store.trials(sweep.id, repeats_best=True) if trial.state == COMPLETE]
    tested = [test["accuracy"] for trial in repeats if (test := _test(trial))]
    return best.as_dict() | {
        "of": sum(trial.state != FAILED for trial in trials),
        "test": _test(best),
        "seeds": {
            "runs": [trial.run for trial in repeats],
            "val_accuracy": spread([trial.val_accuracy for trial in repeats]),
            "test_accuracy": spread(tested),
        },
    }


def row(sweep: Sweep) -> dict[str, Any]:
    """Return what a list of sweeps shows of one."""
    trials = store.trials(sweep.id)
    best = best_of(trials)
    return {
        "sweep": sweep.id,
        "title": sweep.title,
        "created": sweep.created,
        "state": sweep.state,
        "trials": sweep.plan.num_trials,
        "ended": sum(trial.state != RUNNING for trial in trials),
        "best": best and best.run,
        "val_accuracy": best and best.val_accuracy,
        "seconds": sweep.seconds,
    }


def _test(trial: Trial) -> dict[str, Any] | None:
    """Return {set, title, n, accuracy} of the run of a trial; None as long as nobody has evaluated it."""
    try:
        report = next(iter(evaluate.reports(runs.get(trial.run or ""))), None)
    except UnknownRun:
        return None
    return report and {"set": report["test"], **{name: report[name] for name in ("title", "n", "accuracy")}}
