"""The table of settings. The form, the command line, the checks and their messages are made from it."""

import math
import reprlib
import sys
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from digits.data.sources import WithOwn
from digits.errors import BadConfig
from digits.networks import architectures, backends

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}


@dataclass(frozen=True)
class Setting:
    """One setting of a training: which values it accepts, and how people see it."""

    name: str  # its field in `Settings`; its option on the command line has - for _
    kind: type  # int, float, bool, or str for one of the `choices`
    label: str
    help: str
    _: KW_ONLY
    default: int | float | bool | str | None = None  # None if it comes with the network: it is a field of `Recipe`
    minimum: float = 0
    maximum: float = math.inf
    """If infinite, every finite number over the minimum is accepted, but not the minimum itself."""
    choices: Mapping[str, str] = field(default_factory=dict)  # what is saved -> what people read
    step: float | None = None  # how far one click in the form changes a number
    format: str | None = None  # how the form prints a number, in printf's notation
    is_advanced: bool = False

    @property
    def expected(self) -> str:
        """Return in words which values are accepted."""
        if self.kind is str:
            return f"one of {', '.join(self.choices)}"
        if self.kind is bool:
            return "true or false"
        numbers = "a whole number" if self.kind is int else "a number"
        if self.maximum == math.inf:
            return f"{numbers} over {self.minimum:,}"
        return f"{numbers} from {self.minimum:,} to {self.maximum:,}"

    def check(self, value: Any) -> None:
        """Raise BadConfig, in words for people, if `value` is not accepted. A float setting accepts an int."""
        if not self._accepts(value):
            shown = f"{value:,}" if type(value) is int and abs(value) < 10**15 else reprlib.repr(value)
            raise BadConfig(f"{self.label} is {shown}; expected {self.expected}.")

    def _accepts(self, value: Any) -> bool:
        if self.kind in (bool, str):
            return isinstance(value, self.kind) and (self.kind is bool or value in self.choices)
        if isinstance(value, bool) or not isinstance(value, (int, self.kind)):
            return False
        if self.maximum == math.inf:
            return self.minimum < value <= sys.float_info.max  # an integer may be larger
        return self.minimum <= value <= self.maximum


_TABLE = (
    Setting("architecture", str, "Network", "Larger networks are more accurate. They need more time to train.",
            default="cnn", choices={name: architectures.TITLES[name] for name in architectures.RECIPES}),
    Setting("source", str, "Data",
            "Real handwritten digits from MNIST. The 5,000 come with the app; the 70,000 are downloaded once.",
            default="sample", choices=WithOwn(
                {"sample": "5,000 digits", "mnist": "70,000 digits"}, lambda source: source.title,
                fits=lambda source: source.num_train > 0)),
    Setting("split", str, "Split",
            "Which digits test the network: the last fifth of the training digits, or MNIST's own 10,000.",
            default="tutorial", choices={"tutorial": "80/20 split", "official": "MNIST's own test set"}),
    Setting("epochs", int, "Epochs", "How many times the network sees every training digit.", minimum=1, maximum=1000),
    Setting("batch_size", int, "Batch size", "How many digits the network sees before it adjusts its weights.",
            minimum=1, maximum=65_536, is_advanced=True),
    Setting("learning_rate", float, "Learning rate",
            "How far one step moves the weights. Adam and AdamW adapt it for each weight.",
            step=0.001, format="%.4g", is_advanced=True),
    Setting("augmentation", bool, "Augmentation",
            "Varies the training digits in every epoch. It takes longer, but the network copes with more handwriting.",
            is_advanced=True),
    Setting("optimizer", str, "Optimizer",
            "How the weights follow the gradient. SGD, with momentum, needs a learning rate about ten times as high.",
            default="adam", choices=OPTIMIZERS, is_advanced=True),
    Setting("schedule", str, "Learning rate schedule",
            "One-cycle raises the learning rate for the first 30% of the steps, then lowers it to zero.",
            choices={"constant": "Constant", "one-cycle": "One-cycle"}, is_advanced=True),
    Setting("label_smoothing", float, "Label smoothing",
            "Spreads this fraction of each label over all ten digits. It makes the network less certain.",
            maximum=0.5, step=0.01, format="%.2f", is_advanced=True),
    Setting("convolutions", int, "Convolutions",
            "Layers of small filters that move over the image. The first two halve its size.",
            maximum=5, is_advanced=True),
    Setting("filters", int, "Filters",
            "How many filters the first convolution has. Each of the others has twice as many.",
            minimum=1, maximum=64, is_advanced=True),
    Setting("hidden_layers", int, "Hidden layers",
            "Dense layers between the pixels, or the last maps, and the ten digits.", maximum=4, is_advanced=True),
    Setting("units", int, "Units", "How many units each hidden layer has.", minimum=1, maximum=512, is_advanced=True),
    Setting("activation", str, "Activation",
            "What a layer makes of each of its sums. Without it, many layers could do no more than one.",
            default="relu", choices=architectures.ACTIVATIONS, is_advanced=True),
    Setting("dropout", float, "Dropout",
            "Switches off this fraction of the units at random while the network learns. It works against overfitting.",
            maximum=0.9, step=0.05, format="%.2f", is_advanced=True),
    Setting("train_digits", int, "Training digits",
            "How many of the training digits the network learns from; 0 means all. With few of them it overfits.",
            default=0, maximum=60_000, is_advanced=True),
    Setting("seed", int, "Seed",
            "Decides the random numbers. The same seed gives the same result on the same machine.",
            default=0, maximum=2**31 - 1, is_advanced=True),
    Setting("xla", str, "XLA", "Compiles a whole epoch into one program. Automatic uses it where that is faster.",
            default="auto", choices={"auto": "Automatic", "on": "On", "off": "Off"}, is_advanced=True),
    Setting("backend", str, "Library", "The library that Keras runs on. The networks and their accuracy are the same.",
            default="tensorflow", choices=backends.TITLES, is_advanced=True),
    Setting("racers", int, "Networks at once",
            "Trains several networks together on JAX and keeps the best on the validation digits. "
            "Its validation accuracy is a little too good, because luck helps the best of several.",
            default=1, minimum=1, maximum=16, is_advanced=True),
    Setting("race", str, "What differs",
            "Seed: each network has the next seed. Learning rate: each has 3.16 times that of the one before.",
            default="seeds", choices={"seeds": "Seed", "learning-rates": "Learning rate"}, is_advanced=True),
)  # fmt: skip

SETTINGS = {setting.name: setting for setting in _TABLE}
"""By name, in the order of the command line's help."""
