"""What differs between the libraries that Keras runs on: one module each, with the same functions.

to_device(array)               an array on the device that trains
gradient(forward, model)       loss, num_correct and the gradient of the loss
forget_replicas(optimizer)     keeps an optimizer from holding a compiled graph for ever
loop(step, variables, xla=...) the compiled loop over the batches of an epoch
gpu()                          the name of the first GPU, tried out; None without one
gpu_memory()                   bytes of its memory that this process has taken at most so far
COMPILE_ERRORS                 what is raised where XLA, which is not always needed, cannot do it
DEVICE_ERRORS                  what is raised where a device cannot go on, out of memory for one

Everything else, the step itself included, is written once, with Keras' own functions. Importing this loads neither.
"""

import importlib
import importlib.util
import os
import sys
from types import ModuleType

from digits.errors import BadConfig, DigitsError

BACKENDS = {"tensorflow": "requirements.txt", "jax": "requirements-jax.txt"}
"""Each library and the file that names its packages."""
TITLES = {"tensorflow": "TensorFlow", "jax": "JAX"}


def is_installed(name: str) -> bool:
    """Whether the library is here; it is not loaded for that."""
    return importlib.util.find_spec(name) is not None


def check_installed(name: str) -> None:
    """Raise DigitsError with the remedy where the library is missing."""
    if not is_installed(name):
        raise DigitsError(f"{name} is not installed. Run: {sys.executable} -m pip install -r {BACKENDS[name]}")


def check_chosen() -> None:
    """Raise DigitsError where the environment variable KERAS_BACKEND names a library that cannot be used."""
    name = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if name not in BACKENDS:
        raise BadConfig(f"The environment variable KERAS_BACKEND is {name!r}; expected one of {', '.join(BACKENDS)}.")
    check_installed(name)


def current() -> ModuleType:
    """Return the module of the library that Keras runs on here. Imports Keras."""
    import keras

    return importlib.import_module(f"{__name__}.{keras.backend.backend()}")
