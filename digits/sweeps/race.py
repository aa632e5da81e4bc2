"""Trials that differ in nothing but the learning rate or the seed: JAX trains ten of them at once, as one task.

Like those of a cluster, they become runs once they are trained, all in one step.
"""

from digits import tasks
from digits.runs.run import RunState
from digits.storage import database
from digits.sweeps import store
from digits.sweeps.local import TrialProgress, of_run
from digits.sweeps.store import Sweep
from digits.sweeps.trial import RUNNING, Trial
from digits.tasks import TRIALS, Task, TaskState
from digits.tasks import store as task_store

KIND = "race"
SIZE = 10  # how many trials are trained at once


def part(trial: Trial) -> str:
    """Return what names the race of a trial within its sweep."""
    return f"{'seeds' if trial.repeats_best else 'trials'} {trial.number // SIZE}"


def members(sweep_id: str, name: str) -> list[Trial]:
    """Return the trials of a race that are still to be trained."""
    trials = store.trials(sweep_id, repeats_best=name.startswith("seeds"))
    return [trial for trial in trials if part(trial) == name and trial.state == RUNNING and not trial.run]


class RaceTrials:
    """What `digits.sweeps.local.LocalTrials` does, for races. A poor trial trains along: it would save no time."""

    def __init__(self, sweep: Sweep):
        self.sweep = sweep
        self.asked: set[str] = set()
        """The races that were asked to end."""

    def room(self, running: list[Trial], begun: int) -> int:
        """Return how many trials may begin now: as many as complete a race, if another one may be at work."""
        return SIZE - begun % SIZE if len({part(trial) for trial in running}) < self.sweep.plan.parallel else 0

    def begin(self, trials: list[Trial]) -> list[Trial]:
        """Store some trials and queue their race, in one step."""
        with database.writing() as connection:
            for trial in trials:
                store.add_trial(connection, trial)
            for name in {part(trial) for trial in trials}:
                self._enqueue(connection, name)
        tasks.look_after()
        return trials

    def look(self, trial: Trial) -> TrialProgress:
        """Return how far a trial is."""
        task = self._task(trial)  # before the trial, which is stored before its task is done
        [stored] = store.trials(trial.sweep, repeats_best=trial.repeats_best, number=trial.number)
        if stored.run:
            return of_run(stored)
        if stored.cause:
            return TrialProgress(stored.accuracies, RunState.FAILED, cause=stored.cause)
        is_asked = part(trial) in self.asked
        if task is None or task.state in (TaskState.DONE, TaskState.LOST):  # it is done, but without this one
            return TrialProgress(stored.accuracies, RunState.LOST, cause=task.cause if task else "")
        if task.state == TaskState.STOPPED:  # before its first epoch; what an earlier start has reached went with it
            return TrialProgress([], RunState.STOPPED)
        state = RunState(task.state) if task.state.is_final else None
        return TrialProgress(stored.accuracies, state, cause=task.cause, is_asked=is_asked)

    def end(self, trial: Trial, what: str, *, is_poor: bool) -> None:
        """Ask the race of a trial to `stop`, or to `pause` until it is begun again from its beginning."""
        if not is_poor and (task := self._task(trial)):
            self.asked.add(part(trial))
            tasks.stop(task.id, what)

    def again(self, trial: Trial) -> None:
        """Train a trial again from its beginning, along with the others of its race."""
        with database.writing() as connection:
            self._enqueue(connection, part(trial))
        self.asked.discard(part(trial))
        tasks.look_after()

    def _enqueue(self, connection, name: str) -> None:
        task_store.enqueue(connection, KIND, self.sweep.id, name, owner=self.sweep.owner, lane=TRIALS)

    def _task(self, trial: Trial) -> Task | None:
        return tasks.find(KIND, self.sweep.id, part(trial))
