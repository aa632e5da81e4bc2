"""Trials on this machine: runs in the app's own queue, in a lane of their own; the sweep has a training's place."""

from dataclasses import dataclass, replace

from digits import pipeline, tasks
from digits.errors import UnknownRun
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database
from digits.sweeps import store
from digits.sweeps.store import Sweep
from digits.sweeps.trial import Trial
from digits.tasks import TRIALS
from digits.tasks import store as task_store


@dataclass(frozen=True)
class TrialProgress:
    """How far a trial is."""

    accuracies: list[float]
    """On the validation digits, after each epoch."""
    state: RunState | None = None
    """How its training ended; None as long as it waits or runs."""
    seconds: float | None = None
    cause: str = ""
    node: str = ""
    is_asked: bool = False
    """Whether it was asked to end."""


class LocalTrials:
    """Begins trials, looks how far they are, ends them, and begins again those whose worker vanished."""

    def __init__(self, sweep: Sweep):
        self.sweep = sweep

    def room(self, running: list[Trial], begun: int) -> int:
        """Return how many trials may begin now. begun: how many have begun so far."""
        return self.sweep.plan.parallel - len(running)

    def begin(self, trials: list[Trial]) -> list[Trial]:
        """Store trials and queue their runs, each in one step."""
        return [self._begin(trial) for trial in trials]

    def _begin(self, trial: Trial) -> Trial:

        def along(connection, run_id: str) -> None:
            store.add_trial(connection, replace(trial, run=run_id))

        run = runs.create(
            trial.settings,
            owner=self.sweep.owner,
            name=f"{self.sweep.title}, {trial.label}",
            part=pipeline.TRIAL,
            lane=TRIALS,
            along=along,
        )
        tasks.look_after()
        return replace(trial, run=run.id)

    def look(self, trial: Trial) -> TrialProgress:
        """Return how far a trial is."""
        return of_run(trial)

    def end(self, trial: Trial, what: str, *, is_poor: bool) -> None:
        """Ask a trial to `stop`, or to `pause` until it is begun again. is_poor: whether the pruner decided it."""
        runs.stop(runs.get(trial.run), what)

    def again(self, trial: Trial) -> None:
        """Let a trial continue from its last checkpoint."""
        with database.writing() as connection:
            task_store.enqueue(connection, "train", trial.run, pipeline.TRIAL, owner=self.sweep.owner, lane=TRIALS)
        tasks.look_after()


def of_run(trial: Trial) -> TrialProgress:
    """Return how far the run of a trial is."""
    try:
        run = runs.get(trial.run or "")
    except UnknownRun:
        return TrialProgress(trial.accuracies, RunState.FAILED, cause="Somebody deleted its run.")
    accuracies = [row["val_accuracy"] for row in runs.epochs(run.id)]
    state, seconds = run.state if run.state.is_final else None, run.details.get("seconds")
    return TrialProgress(accuracies, state, seconds, run.cause, trial.node, is_asked=bool(run.request))
