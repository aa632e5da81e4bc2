"""Everything that decides a run; saved beside the model it made."""

import math
import os
from dataclasses import MISSING, asdict, dataclass, fields, replace
from typing import Any

from digits.data.splits import split
from digits.errors import BadConfig
from digits.networks.architectures import RECIPES
from digits.training.backends import BACKENDS

SCHEDULES = ("constant", "one-cycle")
XLA_CHOICES = ("auto", "on", "off")
MAX_RACERS = 16
RACES = ("seeds", "learning-rates")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Everything that decides a run. Raises BadConfig when a field is out of range, on its own or with the others."""

    architecture: str
    """A key of `ARCHITECTURES`."""
    source: str
    """A key of `SOURCES`."""
    split: str
    """A key of `SPLITS`."""
    epochs: int
    batch_size: int
    learning_rate: float
    """Of Adam; the highest one when the schedule changes it."""
    schedule: str
    """constant, or one-cycle: a warm-up to the learning rate, then down to zero along a cosine."""
    augmentation: bool
    """Whether the training digits are varied (turned, bent, thickened ...) anew in each epoch."""
    label_smoothing: float
    """The share of each one-hot label that is spread over all ten digits."""
    seed: int
    """Decides weights, order, dropout and augmentation: same seed and machine, same numbers."""
    xla: str
    """auto, on or off: whether XLA compiles the epoch as a whole."""
    backend: str = "tensorflow"
    """The library that Keras runs on: a key of `BACKENDS`."""
    racers: int = 1
    """How many networks are trained at once; the best on the validation digits stays."""
    race: str = "seeds"
    """What differs between the racers: seeds, from `seed` on; or learning-rates, around `learning_rate`."""
    parent: str = ""
    """The id of the run that it goes on from, taught by drawings; none of most."""
    parent_source: str = ""
    """What the network learned from before, where that is another source: no test set of it is unseen."""

    def __post_init__(self):
        _one_of("architecture", self.architecture, RECIPES)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("xla", self.xla, XLA_CHOICES)
        _number("epochs", self.epochs, int, 1, 1000)
        _number("batch_size", self.batch_size, int, 1, 65_536)
        _number("learning_rate", self.learning_rate, float, 0, math.inf)
        _number("label_smoothing", self.label_smoothing, float, 0, 0.5)
        _one_of("backend", self.backend, BACKENDS)
        _number("racers", self.racers, int, 1, MAX_RACERS)
        _one_of("race", self.race, RACES)
        _number("seed", self.seed, int, 0, 2**31 - self.racers)
        if self.racers > 1 and self.backend != "jax":
            raise BadConfig(f"racers is {self.racers}, but only JAX trains several at once; set backend to jax.")
        if self.learning_rate == 0:
            raise BadConfig("learning_rate is 0; the network would not learn. Start with 0.01.")
        for name in ("parent", "parent_source"):
            if not isinstance(getattr(self, name), str):
                raise BadConfig(f"{name} is {getattr(self, name)!r}; expected a text.")
        if not isinstance(self.augmentation, bool):
            raise BadConfig(f"augmentation is {self.augmentation!r}; expected true or false.")
        num_images = len(split(self.split, self.source).train)
        if self.batch_size > num_images:
            raise BadConfig(
                f"batch_size is {self.batch_size:,}, but the training set has only {num_images:,} digits. "
                "Start with 32."
            )

    def racer(self, place: int) -> "TrainConfig":
        """The config by which the network at `place` of the race, from 0, would be trained alone.

        Learning rates rise from racer to racer by the square root of ten: a rate matters by its order of magnitude (Y.
        Bengio, Practical recommendations for gradient-based training of deep architectures, 2012), and two steps are
        one. The chosen rate is in the middle; of an even number one more lies below it, where nothing diverges.
        """
        if self.race == "seeds":
            return replace(self, racers=1, seed=self.seed + place)
        rate = self.learning_rate * 10 ** ((place - self.racers // 2) / 2)
        return replace(self, racers=1, learning_rate=rate)

    @property
    def racer_names(self) -> list[str]:
        """What tells the networks of the race from one another, in their order; nothing where one trains alone."""
        racers = [self.racer(place) for place in range(self.racers)] if self.racers > 1 else []
        if self.race == "seeds":
            return [f"seed {racer.seed}" for racer in racers]
        return [f"learning rate {racer.learning_rate:.3g}" for racer in racers]

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return asdict(self)


def make_config(*, architecture: str = "cnn", **changes: Any) -> TrainConfig:
    """The good choice for one architecture, with some fields changed. None stands for the default.

    The backend is that of the environment variable KERAS_BACKEND, as everywhere with Keras, or TensorFlow.
    """
    _one_of("architecture", architecture, RECIPES)
    values = {"source": "sample", "split": "tutorial", "seed": 0, "xla": "auto", **asdict(RECIPES[architecture])}
    values["backend"] = os.environ.get("KERAS_BACKEND") or "tensorflow"
    values |= {name: value for name, value in changes.items() if value is not None}
    return TrainConfig(architecture=architecture, **values)


def read_config(saved: dict[str, Any]) -> TrainConfig:
    """A config from its JSON. Raises BadConfig when a field is missing, unknown or out of range."""
    expected = {field.name for field in fields(TrainConfig)}
    # A field that came later has a default, so that an older run stays readable.
    required = {field.name for field in fields(TrainConfig) if field.default is MISSING}
    if not required <= set(saved) <= expected:
        raise BadConfig(f"config.json has the fields {sorted(saved)}; expected {sorted(expected)}.")
    return TrainConfig(**saved)


def _one_of(name: str, value: Any, choices) -> None:
    if not isinstance(value, str) or value not in choices:
        raise BadConfig(f"{name} is {value!r}; choose one of {', '.join(choices)}.")


def _number(name: str, value: Any, kind: type, low: float, high: float) -> None:
    right_kind = isinstance(value, int if kind is int else (int, float)) and not isinstance(value, bool)
    if not right_kind or not low <= value <= high or math.isinf(value):
        wanted = "a whole number" if kind is int else "a number"
        limits = f"from {low:,} to {high:,}" if math.isfinite(high) else f"over {low:,}"
        raise BadConfig(f"{name} is {value!r}; expected {wanted} {limits}.")


Settings, make_settings, read_settings = TrainConfig, make_config, read_config
