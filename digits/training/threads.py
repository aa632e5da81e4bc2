"""How many cores one operation of TensorFlow may have: fixed for a process when it first computes.

To share out a small batch takes longer than to compute it: `cnn` in batches of 32 and 64 trains 1.3 to 1.5 times as
fast with one core for each operation, `cnn-large` more slowly (docs/experiments.md). The number decides in which order
sums are made, so it comes from the settings alone: the same settings give the same result, whatever a process did
before. Importing this module loads no library.
"""

import math
import os

from digits.data.splits import split
from digits.networks import backends as libraries
from digits.networks.architectures import FEW, described_layers
from digits.networks.settings import Settings
from digits.training import backends

VARIABLE = "TF_NUM_INTRAOP_THREADS"
"""TensorFlow's variable with the number for a process. Where it is set, it counts for all settings."""
ALL, ONE = 0, 1  # as TensorFlow counts them
SMALL = 50e6  # multiplications in the products of a batch, forward; `cnn` at 128 has 35 million, at 256 70
_used: int | None = None  # in this process; None before its first training


def wanted(settings: Settings) -> int | None:
    """Return ONE or ALL; None where nobody can choose."""
    if settings.backend != "tensorflow" or VARIABLE in os.environ:
        return None
    num_digits = len(settings.learned(split(settings.split, settings.source).train))
    if not settings.convolutions:  # XLA's program shares out well; for few digits it is not worth another process
        return ONE if num_digits <= FEW else ALL
    products = [
        math.prod(layer["weights"][0]) * math.prod(layer["output"][1:-1])  # the weights at each place of a map
        for layer in described_layers(settings)
        if layer["layer"] in ("Conv2D", "Dense")
    ]
    return ONE if settings.batch_size * sum(products) <= SMALL else ALL


def suit(settings: Settings) -> bool:
    """Return whether this process, with what it has loaded, can train with these settings."""
    loaded = libraries.loaded()
    if loaded is None:
        return True
    return loaded == settings.backend and wanted(settings) in (None, use(settings))


def use(settings: Settings) -> int:
    """Let the operations of this process have as many cores as the settings want, if nobody has chosen before.

    Returns what they have. Loads the library.
    """
    global _used
    if _used is None:
        number = wanted(settings) or ALL
        _used = number if backends.current().use_threads(number) else ALL
    return _used
