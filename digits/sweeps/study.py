"""The optimizer's own memory of a sweep: an Optuna study in a journal file, which Optuna's own tools open as it is.

Only the process that does the sweep writes there. It may be killed between any two lines; what it then finds, it ends.
"""

from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from digits.errors import DigitsError
from digits.networks.backends import is_installed
from digits.storage.home import sweep_folder
from digits.sweeps import space
from digits.sweeps.plan import Plan
from digits.sweeps.trial import COMPLETE, FAILED, PRUNED

FILE = "study.log"
REDUCTION = 3  # of three trials that come as far, one goes on; the factor of Li et al.
RUNGS = 2  # how often that is decided, the last time after at least a third of the epochs
MIN_COMPLETE = 4  # trials, before anything is said about what matters
LOCK_SECONDS = 60.0  # for a process that writes into the study; it needs milliseconds
POOR = "ended early"  # the attribute of a trial that is to end
STATES = {COMPLETE: "COMPLETE", PRUNED: "PRUNED", FAILED: "FAIL"}
NEEDED = "Sweeps need the package Optuna, which is not installed. Install what requirements-sweep.txt lists."


def check_installed() -> None:
    """Raise DigitsError, with what to do, if Optuna is missing."""
    if not is_installed("optuna"):
        raise DigitsError(NEEDED, "Run: pip install -r requirements-sweep.txt")


class Study:
    """The study of one sweep. Trials are known by their numbers, from 0 on."""

    def __init__(self, sweep_id: str, plan: Plan):
        check_installed()
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna, self.plan = optuna, plan
        self.study = optuna.create_study(
            storage=optuna.storages.JournalStorage(_backend(optuna, sweep_folder(sweep_id) / FILE)),
            study_name=sweep_id,
            direction="maximize",
            load_if_exists=True,
            pruner=_pruner(optuna, plan),
        )
        self.trials: dict[int, Any] = {}
        """Those that this process has asked for, or taken over."""
        self.pruned = {trial.number for trial in self.study.get_trials(deepcopy=False) if trial.user_attrs.get(POOR)}

    def __len__(self) -> int:
        """Return how many trials were asked for."""
        return len(self.study.get_trials(deepcopy=False))

    def ask(self, number: int) -> dict[str, Any]:
        """Return the settings to try in trial `number`, the next one or one that was not begun before a kill.

        What a random sampler chooses depends on the number alone, and so does not change when a search is continued.
        """
        seed = int(np.random.SeedSequence([self.plan.seed, number]).generate_state(1)[0])
        self.study.sampler = sampler = _sampler(self.optuna, self.plan, seed)
        if number == len(self):
            trial = self.trials[number] = self.study.ask()
        else:
            trial, known = self._trial(number), self.study.get_trials(deepcopy=False)[number]
            if self.plan.sampler == "random":  # go past what was drawn before the kill
                for name, distribution in known.distributions.items():
                    sampler.sample_independent(self.study, known, name, distribution)
        params = space.suggest(self.plan.space, trial)
        self.study.sampler = self.optuna.samplers.RandomSampler()  # that of a grid wants to end the search itself
        return params

    def report(self, number: int, accuracies: list[float]) -> None:
        """Tell the validation accuracy after each epoch so far; whether the trial is to end early, is decided here."""
        trial = self._trial(number)
        known = trial.storage.get_trial(trial._trial_id).intermediate_values
        for epoch, accuracy in enumerate(accuracies, start=1):
            if epoch not in known:  # a worker that was killed does some epochs again
                trial.report(accuracy, epoch)
                if number not in self.pruned and trial.should_prune():
                    trial.set_user_attr(POOR, True)
                    self.pruned.add(number)

    def is_pruned(self, number: int) -> bool:
        """Return whether a trial is so far behind others that it is to end."""
        return number in self.pruned

    def tell(self, number: int, state: str, accuracy: float | None) -> None:
        """Tell how a trial has ended, once: what was told before a kill stays."""
        value = accuracy if state == COMPLETE else None  # of one that was pruned, the study takes the last report
        self.study.tell(number, value, getattr(self.optuna.trial.TrialState, STATES[state]), skip_if_finished=True)
        self.trials.pop(number, None)

    def _trial(self, number: int) -> Any:
        if number not in self.trials:
            found = self.study.get_trials(deepcopy=False)[number]
            self.trials[number] = self.optuna.trial.Trial(self.study, found._trial_id)
        return self.trials[number]

    def importance(self) -> dict[str, float]:
        """Return how much of the differences each setting explains, 0 to 1; empty while too few trials are complete."""
        if len(self.study.get_trials(deepcopy=False, states=[self.optuna.trial.TrialState.COMPLETE])) < MIN_COMPLETE:
            return {}
        try:
            found = self.optuna.importance.get_param_importances(self.study)
        except (ValueError, RuntimeError):  # all are alike
            return {}
        return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def _backend(optuna: Any, file: Path) -> Any:
    """Return the journal, without the half line that a full disk or a power cut may have left at its end."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and not (content := file.read_bytes()).endswith(b"\n"):
        with file.open("r+b") as journal:
            journal.truncate(content.rfind(b"\n") + 1)
    # Optuna's own lock is a file, which a killed process leaves behind for 30 s; this one ends with the process.
    lock = _Lock(file.with_suffix(".lock"), timeout=LOCK_SECONDS)
    return optuna.storages.journal.JournalFileBackend(str(file), lock_obj=lock)


class _Lock(FileLock):
    """A lock whose wait has an end, in a sentence."""

    def acquire(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().acquire(*arguments, **options)
        except Timeout:
            raise DigitsError(
                "Another process works at this sweep and does not respond. End it, then continue the sweep."
            ) from None


def _sampler(optuna: Any, plan: Plan, seed: int) -> Any:
    if plan.sampler == "grid":
        return optuna.samplers.GridSampler(space.grid(plan.space), seed=plan.seed)
    if plan.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=max(4, min(10, plan.trials // 3)))


def _pruner(optuna: Any, plan: Plan) -> Any:
    """Return asynchronous successive halving (Li et al., Massively parallel hyperparameter tuning, 2018)."""
    if plan.pruner == "none":
        return optuna.pruners.NopPruner()
    first = plan.max_epochs // REDUCTION**RUNGS + 1  # rounded up: a third rung would end trials that are nearly done
    return optuna.pruners.SuccessiveHalvingPruner(min_resource=first, reduction_factor=REDUCTION)
