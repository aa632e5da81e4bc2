"""The plan of a sweep: where it searches, how, and for how long. It is stored with the sweep."""

import os
from dataclasses import asdict, dataclass, field
from typing import Any

from digits.errors import BadConfig
from digits.networks.settings import RATE_FACTORS, Settings, make_settings
from digits.networks.settings_table import SETTINGS
from digits.sweeps import space as ranges
from digits.sweeps.space import Space

SAMPLERS = {
    "tpe": "Learns from earlier trials (TPE)",
    "random": "Random",
    "grid": "Grid",
}
PRUNERS = {"asha": "Stop poor trials early (ASHA)", "none": "Train every trial to its end"}
NUMBERS = {"trials": ("Trials", 1, 10_000), "seeds": ("Fresh seeds", 0, 20), "parallel": ("Trials at once", 1, 1_000)}
"""What people call a number, and from where to where it reaches."""
LOCAL_RAY = "local"
"""In the place of a cluster's address: one that is started on this machine for the sweep."""


def default_parallel() -> int:
    """Return how many trials train at once unless told: one for each two processor cores, four at most."""
    return max(1, min(4, (os.cpu_count() or 1) // 2))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that decides a sweep. Raises BadConfig if a value is not accepted."""

    space: Space
    source: str = SETTINGS["source"].default
    split: str = SETTINGS["split"].default
    trials: int = 12
    seeds: int = 3
    """How often the winner's settings are trained again, each time with a seed that no trial had."""
    sampler: str = "tpe"
    pruner: str = "asha"
    parallel: int = field(default_factory=default_parallel)
    """How many trials train at once."""
    seed: int = 0
    """Decides what is chosen, and is the seed of every trial."""
    ray: str = ""
    """The address of a Ray cluster, LOCAL_RAY, or nothing."""
    backend: str | None = None
    """The library that trains; None for the usual one."""

    def __post_init__(self):
        for name in ("source", "split", "seed", *(["backend"] if self.backend else [])):
            SETTINGS[name].check(getattr(self, name))
        for name, (label, low, high) in NUMBERS.items():
            if type(value := getattr(self, name)) is not int or not low <= value <= high:
                raise BadConfig(f"{label} is {value!r}; expected a whole number from {low} to {high:,}.")
        for name, choices in (("sampler", SAMPLERS), ("pruner", PRUNERS)):
            if getattr(self, name) not in choices:
                raise BadConfig(f"{name} is {getattr(self, name)!r}; expected one of {', '.join(choices)}.")
        ranges.check(self.space)
        for values in ranges.corners(self.space):
            self.settings(values)
        if self.sampler == "grid" and len(ranges.ends(self.space["architecture"])) > 1:
            raise BadConfig("A grid searches one network. Choose one, or another way to search.")

    @property
    def num_trials(self) -> int:
        """How many trials there are: as planned, but no more than a grid has points."""
        return min(self.trials, ranges.grid_size(self.space)) if self.sampler == "grid" else self.trials

    @property
    def library(self) -> str:
        """The name of the library that trains."""
        return self.settings(ranges.corners(self.space)[0]).backend

    @property
    def uses_jax(self) -> bool:
        """Whether JAX trains here, which can train several networks at once."""
        return not self.ray and self.library == "jax"

    @property
    def is_race(self) -> bool:
        """Whether the trials differ in nothing but what JAX can train at once, their learning rate."""
        return self.uses_jax and {name for name, each in self.space.items() if ranges.varies(each)} == {"learning_rate"}

    @property
    def max_epochs(self) -> int:
        """The most epochs that a trial may have."""
        return max(self.settings(values).epochs for values in ranges.corners(self.space))

    def settings(self, params: dict[str, Any], seed: int | None = None) -> Settings:
        """Return the settings of a trial. params: what was chosen. seed: another than that of the trials.

        The learning rates are meant for Adam; those of SGD are ten times as high, as everywhere.
        """
        params = dict(params)
        if "learning_rate" in params:
            params["learning_rate"] *= RATE_FACTORS.get(params.get("optimizer"), 1)
        seed = self.seed if seed is None else seed
        return make_settings(source=self.source, split=self.split, seed=seed, backend=self.backend, **params)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, for JSON."""
        return asdict(self)
