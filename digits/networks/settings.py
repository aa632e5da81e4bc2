"""The settings of a training: all that decides a run. They are saved with it."""

import os
from dataclasses import MISSING, asdict, dataclass, fields, replace
from typing import Any

from digits.data.splits import split
from digits.errors import BadConfig
from digits.networks.architectures import EDITABLE, ENSEMBLE, NETWORK, RECIPES, TITLES, recipe
from digits.networks.settings_table import SETTINGS

RATE_FACTORS = {"sgd": 10}
"""How much higher than Adam's the learning rate of another optimizer is to be, where it is not given."""
MAX_MEMBERS = 10


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that decides a run. `SETTINGS` explains most fields.

    Raises BadConfig if a value is not accepted, alone or together with the others.
    """

    architecture: str
    source: str
    split: str
    epochs: int
    batch_size: int
    learning_rate: float  # with a schedule, the highest one
    schedule: str
    augmentation: bool
    label_smoothing: float  # fraction of each one-hot label, 0 to 0.5
    seed: int  # decides the first weights, the order, dropout and augmentation
    xla: str
    # The fields below came later. Their defaults keep older runs readable; for the first five, `read_settings` takes
    # those of the network.
    convolutions: int
    filters: int  # of the first convolution
    hidden_layers: int
    units: int  # of each hidden layer
    dropout: float
    activation: str = SETTINGS["activation"].default
    optimizer: str = SETTINGS["optimizer"].default
    backend: str = SETTINGS["backend"].default
    racers: int = SETTINGS["racers"].default  # how many networks are trained at once
    race: str = SETTINGS["race"].default
    """What differs between them: the seed, from `seed` on, or the learning rate, around `learning_rate`."""
    train_digits: int = SETTINGS["train_digits"].default
    parent: str = ""  # id of the run whose network is fine-tuned; empty for most
    parent_source: str = ""
    """What the parent learned from, if that is another source: then none of its test sets is unseen."""
    damage: str = ""
    """How the parent's network was damaged before it was trained further, as `digits.networks.damage` writes it."""
    members: tuple["Settings", ...] = ()
    """The networks of an ensemble; the `parent` of each is the run that it was copied from."""

    def __post_init__(self):
        for name, setting in SETTINGS.items():
            if name != "architecture" or not self.members:
                setting.check(getattr(self, name))
        for name in ("parent", "parent_source", "damage"):
            if not isinstance(getattr(self, name), str):
                raise BadConfig(f"{name} is {getattr(self, name)!r}; expected a text.")
        if self.members:
            self._check_members()
        if fixed := [name for name in self.changes if name != "optimizer" and name not in EDITABLE[self.architecture]]:
            raise BadConfig(
                f"{SETTINGS[fixed[0]].label} cannot change in this network. Choose another network, for instance "
                f"{TITLES['cnn']}."
            )
        num_train = len(self.learned(split(self.split, self.source).train))
        if self.batch_size > num_train:
            raise BadConfig(
                f"Batch size is {self.batch_size:,}, but there are only {num_train:,} training digits. Start with 32."
            )
        if self.racers == 1:
            return
        if self.backend != "jax":
            raise BadConfig(
                f"Networks at once is {self.racers}, but only JAX trains several together. Choose JAX, or 1 network."
            )
        for place in (0, self.racers - 1):  # the lowest and the highest value
            try:
                self.racer(place)
            except BadConfig as error:
                raise BadConfig(f"Network {place + 1} of {self.racers} does not work. {error}") from error

    def _check_members(self) -> None:
        if self.architecture != ENSEMBLE or not 2 <= len(self.members) <= MAX_MEMBERS or self.racers > 1:
            raise BadConfig(f"An ensemble has {len(self.members)} members; expected 2 to {MAX_MEMBERS}.")
        if any(member.members for member in self.members):
            raise BadConfig("An ensemble cannot be a member of another one. Join the members of both.")
        digits = {(member.source, member.split, member.parent_source) for member in (self, *self.members)}
        if len(digits) > 1:  # one member may know the test digits of another
            raise BadConfig("These networks learned from different digits. Join runs with the same data and split.")

    def learned(self, train: range) -> range:
        """Return which digits of a training part the network learns from."""
        return train[: self.train_digits or None]

    def racer(self, place: int) -> "Settings":
        """Return the settings with which network `place`, 0 to `racers` - 1, would be trained alone.

        Learning rates rise from one network to the next by the square root of ten: a rate matters by its order of
        magnitude (Y. Bengio, Practical recommendations for gradient-based training of deep architectures, 2012), and
        two steps are one. The chosen rate is in the middle; of an even number, one more lies below it, where nothing
        diverges.
        """
        if self.race == "seeds":
            return replace(self, racers=1, seed=self.seed + place)
        rate = self.learning_rate * 10 ** ((place - self.racers // 2) / 2)
        return replace(self, racers=1, learning_rate=rate)

    @property
    def racer_names(self) -> list[str]:
        """Return what tells the networks trained at once apart, in their order; empty if there is only one."""
        racers = [self.racer(place) for place in range(self.racers)] if self.racers > 1 else []
        if self.race == "seeds":
            return [f"seed {racer.seed}" for racer in racers]
        return [f"learning rate {racer.learning_rate:.3g}" for racer in racers]

    @property
    def changes(self) -> dict[str, Any]:
        """Return what makes this network, or its optimizer, another than the one of its name, by the setting."""
        if self.members:
            return {}
        usual = {name: getattr(RECIPES[self.architecture], name) for name in NETWORK}
        usual |= {name: SETTINGS[name].default for name in ("activation", "optimizer")}
        return {name: getattr(self, name) for name, value in usual.items() if getattr(self, name) != value}

    @property
    def title(self) -> str:
        """What the network is called: "Convolutional", "Ensemble of 3"."""
        return f"{TITLES[self.architecture]}{f' of {len(self.members)}' if self.members else ''}"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, for JSON; members only of an ensemble."""
        return {name: value for name, value in asdict(self).items() if name != "members" or value}


def make_settings(*, architecture: str = SETTINGS["architecture"].default, **changes: Any) -> Settings:
    """Return good settings for a network, with some fields changed. None stands for the default.

    The default library is the one that the environment variable KERAS_BACKEND names, as everywhere with Keras.
    Raises BadConfig if a value is not accepted.
    """
    SETTINGS["architecture"].check(architecture)
    changes = {name: value for name, value in changes.items() if value is not None}
    values = {name: setting.default for name, setting in SETTINGS.items()}
    values |= asdict(recipe(architecture, changes.get("source", values["source"])))
    values["learning_rate"] *= RATE_FACTORS.get(changes.get("optimizer"), 1)
    values["backend"] = os.environ.get("KERAS_BACKEND") or values["backend"]
    values |= changes
    return Settings(**values | {"architecture": architecture})


def read_settings(saved: dict[str, Any]) -> Settings:
    """Return settings from their JSON. Raises BadConfig if a field is missing, unknown or not accepted."""
    if not isinstance(saved, dict):
        raise BadConfig("The saved settings are damaged.")
    if usual := RECIPES.get(str(saved.get("architecture"))):
        saved = {name: getattr(usual, name) for name in NETWORK} | saved
    known = {field.name for field in fields(Settings)}
    required = {field.name for field in fields(Settings) if field.default is MISSING}
    if unknown := sorted(saved.keys() - known):
        raise BadConfig(f"The saved settings have unknown fields: {', '.join(unknown)}. A newer version may know them.")
    if missing := sorted(required - saved.keys()):
        raise BadConfig(f"The saved settings are incomplete: {', '.join(missing)} missing.")
    members = saved.get("members", ())
    if not isinstance(members, list | tuple) or any(isinstance(each, dict) and each.get("members") for each in members):
        raise BadConfig("The saved settings are damaged.")
    return Settings(**saved | {"members": tuple(map(read_settings, members))})
