"""A trial: one network of a sweep, and how good several of them are."""

from dataclasses import dataclass, field
from statistics import mean, stdev
from typing import Any

from digits.networks.settings import Settings

RUNNING, COMPLETE, PRUNED, FAILED = "running", "complete", "pruned", "failed"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One network of a sweep, as it was when somebody looked."""

    sweep: str
    repeats_best: bool = False
    """Whether it has the winner's settings with another seed; the optimizer does not know of it."""
    number: int
    params: dict[str, Any]
    """What was chosen for it, by setting."""
    settings: Settings
    state: str = RUNNING
    accuracies: list[float] = field(default_factory=list)
    """On the validation digits, 0 to 1, after each epoch."""
    seconds: float | None = None
    """Of its training."""
    node: str = ""
    cause: str = ""
    run: str | None = None
    """Its id; None while it is away on a cluster, and if somebody deleted it."""

    @property
    def val_accuracy(self) -> float | None:
        """After its last epoch."""
        return self.accuracies[-1] if self.accuracies else None

    @property
    def label(self) -> str:
        """What it is called within its sweep."""
        return f"seed {self.settings.seed}" if self.repeats_best else f"trial {self.number}"

    @property
    def key(self) -> str:
        """What nothing else anywhere is called."""
        return f"{self.sweep} {self.label}"

    def as_dict(self) -> dict[str, Any]:
        """Return what --json prints of it."""
        names = ("number", "state", "run", "params", "val_accuracy", "seconds", "node")
        return {name: getattr(self, name) for name in names}


def best_of(trials: list[Trial]) -> Trial | None:
    """Return the best trial by its validation accuracy, the earlier of two equal ones; None without any accuracy.

    One that was ended early counts only if none has come to its end.
    """
    measured = [trial for trial in trials if trial.accuracies and trial.state in (COMPLETE, PRUNED)]
    whole = [trial for trial in measured if trial.state == COMPLETE] or measured
    return max(whole, key=lambda trial: (trial.val_accuracy, -trial.number), default=None)


def spread(values: list[float]) -> dict[str, float] | None:
    """Return {n, mean, sd} of some numbers, the standard deviation that of a sample; None without any."""
    if not values:
        return None
    return {"n": len(values), "mean": mean(values), "sd": stdev(values) if len(values) > 1 else 0.0}
