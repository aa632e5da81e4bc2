"""The libraries that Keras can run on: their names, and whether they are installed. Importing this loads none."""

import importlib.util
import os
import sys

from digits.errors import BadConfig, DigitsError

BACKENDS = {"tensorflow": "requirements.txt", "jax": "requirements-jax.txt"}
"""Each library and the file that names its packages."""
TITLES = {"tensorflow": "TensorFlow", "jax": "JAX"}


def is_installed(name: str) -> bool:
    """Return whether the library is here; it is not loaded for that."""
    return importlib.util.find_spec(name) is not None


def check_installed(name: str) -> None:
    """Raise DigitsError with the remedy where the library is missing."""
    if not is_installed(name):
        raise DigitsError(
            f"{TITLES.get(name, name)} is not installed here.",
            f"Run: {sys.executable} -m pip install -r {BACKENDS[name]}",
        )


def check_chosen() -> None:
    """Raise DigitsError where the environment variable KERAS_BACKEND names a library that cannot be used."""
    name = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if name not in BACKENDS:
        raise BadConfig(f"The environment variable KERAS_BACKEND is {name!r}; expected one of {', '.join(BACKENDS)}.")
    check_installed(name)
