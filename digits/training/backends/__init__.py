"""What differs between the libraries that Keras runs on: a module for each, with the same functions.

to_device(array)               an array on the device that trains
gradient(forward, model)       loss, hits and the gradient of the loss
loop(step, variables, xla=...) the compiled loop over the batches of an epoch
COMPILE_ERRORS                 what is raised where XLA, which is not always needed, cannot do it

Everything else, the step itself included, is written once, with Keras' own functions. Importing this loads neither.
"""

import importlib
import importlib.util
import sys
from types import ModuleType

from digits.errors import DigitsError

BACKENDS = {"tensorflow": "requirements.txt", "jax": "requirements-jax.txt"}
"""Each library and the file that names its packages."""


def is_installed(name: str) -> bool:
    """Whether the library is here; it is not loaded for that."""
    return importlib.util.find_spec(name) is not None


def check_installed(name: str) -> None:
    """Raise DigitsError with the remedy where the library is missing."""
    if not is_installed(name):
        raise DigitsError(f"{name} is not installed. Run: {sys.executable} -m pip install -r {BACKENDS[name]}")


def current() -> ModuleType:
    """The module of the library that Keras runs on here. Imports Keras."""
    import keras

    return importlib.import_module(f"{__name__}.{keras.backend.backend()}")
