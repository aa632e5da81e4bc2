"""How accurate each network becomes with its recipe, and how long that takes, by the digits that it learns from.

Measured, mean of five seeds (docs/experiments.md): the accuracy on the test digits of the split, the seconds on two
processor cores in a quiet hour, with compiling.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """What to expect of a training."""

    accuracy: float  # fraction of the test digits, 0 to 1
    seconds: float


EXPECTED = {
    ("sample", "tutorial"): {
        "linear": Expected(0.90, 2),
        "mlp": Expected(0.92, 3),
        "cnn": Expected(0.954, 6),
        "cnn-large": Expected(0.986, 35),
    },
    ("mnist", "tutorial"): {
        "linear": Expected(0.92, 2),
        "mlp": Expected(0.955, 3),
        "cnn": Expected(0.989, 6),
        "cnn-large": Expected(0.996, 240),
    },
    ("mnist", "official"): {
        "linear": Expected(0.9256, 2),
        "mlp": Expected(0.9608, 3),
        "cnn": Expected(0.9917, 6),
        "cnn-large": Expected(0.9969, 290),
    },
}
"""By source and split, then by architecture."""
