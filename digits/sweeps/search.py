"""The life of a sweep: ask, train, tell, until all trials have ended; then the winner is completed and repeated.

The process that does it may be killed at any time. The study and the database then tell which trials there are, each
exactly once, and whoever continues the sweep takes them over.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from digits import tasks
from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.runs import store as runs
from digits.runs import updates
from digits.runs.run import RunState
from digits.storage import database
from digits.sweeps import store
from digits.sweeps.importance import Importance
from digits.sweeps.local import LocalTrials, TrialProgress
from digits.sweeps.race import RaceTrials
from digits.sweeps.store import Sweep
from digits.sweeps.study import Study, check_installed
from digits.sweeps.trial import COMPLETE, FAILED, PRUNED, RUNNING, Trial, best_of
from digits.tasks import TRIALS, Interrupted, TaskState, Work

LOOK_SECONDS = 0.01  # between two looks whether the database has changed
RAY_SECONDS = 0.05  # between two looks at trials on a cluster, of whose end the database does not know
CARE_SECONDS = 1.0  # between two looks at their workers
MAX_LOST = 3  # a trial whose worker vanishes more often has failed


def run(work: Work, sweep_id: str, part: str = "") -> TaskState:
    """Take a sweep from wherever it is to its end. Raises DigitsError, Interrupted if it was paused.

    Returns DONE, or STOPPED if somebody asked for an earlier end: the best trial so far is then the winner.
    """
    work.tell(0.0, "Starting")
    check_installed()
    sweep = store.get(sweep_id)
    open_dataset(sweep.plan.source)  # whatever is wrong with the digits is said before any trial
    study = Study(sweep.id, sweep.plan)
    with database.kept_open() as has_changed:
        if sweep.plan.ray:
            from digits.sweeps.ray_trials import RayTrials

            with RayTrials(sweep) as trials:
                trials.check_nodes()
                return Search(work, sweep, study, trials, has_changed).run()
        return Search(work, sweep, study, LocalTrials(sweep), has_changed).run()


class Search:
    """A sweep at work. place: where its trials train, unless JAX trains several at once."""

    def __init__(self, work: Work, sweep: Sweep, study: Study, place: LocalTrials, has_changed: Callable[[], bool]):
        self.work, self.sweep, self.plan, self.study = work, sweep, sweep.plan, study
        races = RaceTrials(sweep) if sweep.plan.uses_jax else None  # seeds are all that the winner's repetitions vary
        self.places = {False: races if sweep.plan.is_race else place, True: races or place}
        """Where trials train, and where the best one is repeated."""
        self.has_changed = has_changed
        self.began, self.cared = time.monotonic(), 0.0
        self.lost: Counter[str] = Counter()
        """How often the worker of each trial vanished, by the trial's key."""
        self.fraction = 0.0
        self.importance = Importance(study.importance, lambda found: store.update(sweep.id, importance=found))

    def run(self) -> TaskState:
        """Do what is missing: trials, the winner's model, the same network with fresh seeds."""
        self._take_over()
        self._train(self.plan.num_trials, repeats_best=False)
        if self.work.request == "pause":
            raise Interrupted(TaskState.PAUSED)
        best = best_of(store.trials(self.sweep.id))
        if best is None:
            first = next((trial.cause for trial in store.trials(self.sweep.id) if trial.cause), "")
            raise DigitsError(f"No trial came to an accuracy. {first}".strip())
        store.update(self.sweep.id, best=best.number, importance=self.study.importance())
        self._complete([best])
        tried = sum(trial.state != FAILED for trial in store.trials(self.sweep.id))
        updates.add_details(best.run, best_of=tried)
        if self.work.request != "stop":
            self._train(self.plan.seeds, repeats_best=True, best=best)
            if self.work.request == "pause":
                raise Interrupted(TaskState.PAUSED)
            self._complete([trial for trial in self._repeats() if trial.state == COMPLETE])
        self._note_seconds()
        return TaskState.STOPPED if self.work.request == "stop" else TaskState.DONE

    def _take_over(self) -> None:
        """Begin what the study asked for and nobody began, and continue what was paused."""
        known = store.trials(self.sweep.id)
        if len(self.study) < len(known):
            raise DigitsError("The study of this sweep is missing or damaged. Start a new sweep.")
        self._begin(range(len(known), len(self.study)))
        for trial in [*known, *self._repeats()]:
            if trial.state == RUNNING and self.places[trial.repeats_best].look(trial).state == RunState.PAUSED:
                self.places[trial.repeats_best].again(trial)

    def _repeats(self) -> list[Trial]:
        return store.trials(self.sweep.id, repeats_best=True)

    def _train(self, num_trials: int, *, repeats_best: bool, best: Trial | None = None) -> None:
        """Keep as many trials training as may at once, until there are enough and all have ended."""
        trials = {trial.number: trial for trial in store.trials(self.sweep.id, repeats_best=repeats_best)}
        while True:
            request = self.work.request
            running = [trial for trial in trials.values() if trial.state == RUNNING]
            for trial in running:
                trials[trial.number] = self._follow(trial, request)
            running = [trial for trial in trials.values() if trial.state == RUNNING]
            room = 0 if request else min(self.places[repeats_best].room(running, len(trials)), num_trials - len(trials))
            for begun in self._begin(range(len(trials), len(trials) + room), best):
                trials[begun.number] = begun
                running.append(begun)
            self._tell(trials, num_trials, repeats_best)
            if request == "pause":  # until all that train are paused
                running = [each for each in running if self.places[repeats_best].look(each).state != RunState.PAUSED]
            if not running and (request or len(trials) >= num_trials):
                return
            self._care()
            self.importance.look()
            self._rest()

    def _begin(self, numbers: range, best: Trial | None = None) -> list[Trial]:
        """Begin trials: those that the optimizer chooses, or `best` with fresh seeds."""
        return self.places[bool(best)].begin([self._chosen(number, best) for number in numbers]) if numbers else []

    def _chosen(self, number: int, best: Trial | None) -> Trial:
        if best:
            seed = self.plan.seed + 1 + number
            params, settings = {"seed": seed}, replace(best.settings, seed=seed)
        else:
            params = self.study.ask(number)
            settings = self.plan.settings(params)
        repeats_best = bool(best)
        return Trial(sweep=self.sweep.id, repeats_best=repeats_best, number=number, params=params, settings=settings)

    def _follow(self, trial: Trial, request: str) -> Trial:
        """Take over what a trial has reached; end one that is not worth going on, or that is asked to."""
        now = self.places[trial.repeats_best].look(trial)
        if len(now.accuracies) > len(trial.accuracies):
            trial = store.update_trial(trial, accuracies=now.accuracies)
            if not trial.repeats_best:
                self.study.report(trial.number, now.accuracies)
        if now.state == RunState.LOST:
            return self._lost(trial, now)
        if now.state and (now.state != RunState.PAUSED or not request):  # somebody paused this trial alone
            return self._ended(trial, now)
        is_poor = not trial.repeats_best and self.study.is_pruned(trial.number)
        if (is_poor or request) and now.state is None and not now.is_asked:
            self.places[trial.repeats_best].end(trial, request or "stop", is_poor=is_poor and not request)
        return trial

    def _ended(self, trial: Trial, now: TrialProgress) -> Trial:
        early = (RunState.STOPPED, RunState.PAUSED)
        state = COMPLETE if now.state == RunState.DONE else PRUNED if now.state in early else FAILED
        if now.accuracies and now.accuracies != trial.accuracies:  # begun again, it ended earlier than before
            trial = store.update_trial(trial, accuracies=now.accuracies)
        if not now.accuracies:
            state = FAILED
        cause = now.cause or ("It ended before its first epoch." if state == FAILED else "")
        if not trial.repeats_best:
            self.study.tell(trial.number, state, trial.val_accuracy)
        trial = store.update_trial(trial, state=state, seconds=now.seconds, node=now.node, cause=cause)
        self._note_seconds()
        self.importance.has_news = True
        return trial

    def _lost(self, trial: Trial, now: TrialProgress) -> Trial:
        self.lost[trial.key] += 1
        if self.lost[trial.key] > MAX_LOST:
            return self._ended(trial, now)
        self.places[trial.repeats_best].again(trial)
        return trial

    def _complete(self, trials: list[Trial]) -> None:
        """Let the runs of some trials come to the end of the pipeline, and wait for it. Raises DigitsError."""
        waiting = [trial.run for trial in trials if trial.run and not evaluate.reports(runs.get(trial.run))]
        asked: Counter[str] = Counter()
        while waiting:
            for run_id in waiting[: self.plan.parallel]:  # no more workers than for trials
                task = tasks.find("complete", run_id)
                if task and not task.state.is_final:
                    continue
                if not asked[run_id] or (task.state == TaskState.LOST and asked[run_id] <= MAX_LOST):
                    asked[run_id] += 1
                    tasks.submit("complete", run_id, owner=self.sweep.owner, lane=TRIALS)
                elif task.state == TaskState.DONE:
                    waiting.remove(run_id)
                else:
                    raise DigitsError(f"The winner's model could not be made. {task.cause}".strip())
            self.work.tell(self.fraction, "Evaluating the best network")
            self._care()
            self._rest()

    def _tell(self, trials: dict[int, Trial], num_trials: int, repeats_best: bool) -> None:
        ended = sum(trial.state != RUNNING for trial in trials.values())
        whole = self.plan.num_trials + self.plan.seeds
        before = self.plan.num_trials if repeats_best else 0
        what = "The best network with other seeds" if repeats_best else "Trials"
        self.fraction = (before + ended) / whole
        self.work.tell(self.fraction, f"{what}: {ended} of {num_trials} done")

    def _care(self) -> None:
        if time.monotonic() - self.cared > CARE_SECONDS:
            self.cared = time.monotonic()
            tasks.look_after()

    def _rest(self) -> None:
        """Wait until there may be news: what a worker stores, or, from a cluster, at any time."""
        until = time.monotonic() + (RAY_SECONDS if self.plan.ray else CARE_SECONDS)
        time.sleep(LOOK_SECONDS)
        while not self.has_changed() and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)

    def _note_seconds(self) -> None:
        store.update(self.sweep.id, seconds=self.sweep.seconds + time.monotonic() - self.began)
