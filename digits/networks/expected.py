"""How accurate each network becomes with its recipe, and how long that takes, by the digits that it learns from.

Measured (docs/experiments.md): the mean accuracy of two to five seeds on the test digits of the split, and the seconds
on two processor cores, with compiling.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """What to expect of a training."""

    accuracy: float  # fraction of the test digits, 0 to 1
    seconds: float


EXPECTED = {
    ("sample", "tutorial"): {
        "linear": Expected(0.877, 2),
        "mlp": Expected(0.922, 2),
        "cnn": Expected(0.987, 10),
        "cnn-large": Expected(0.989, 25),
    },
    ("mnist", "tutorial"): {
        "linear": Expected(0.924, 2),
        "mlp": Expected(0.959, 3),
        "cnn": Expected(0.989, 6),
    },
    ("mnist", "official"): {
        "linear": Expected(0.9256, 2),
        "mlp": Expected(0.9608, 3),
        "cnn": Expected(0.9917, 6),
        "cnn-large": Expected(0.9969, 290),
    },
}
"""By source and split, then by architecture; what is not there has not been measured."""
