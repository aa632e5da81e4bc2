"""The libraries that Keras can run on, and whether each is installed. Importing this module loads none of them."""

import importlib.metadata
import importlib.util
import os
import platform
import sys

from digits.errors import BadConfig, DigitsError

BACKENDS = {"tensorflow": "requirements.txt", "jax": "requirements-jax.txt"}
"""Each library's name in Keras, and the file that lists its packages."""
TITLES = {"tensorflow": "TensorFlow", "jax": "JAX"}


def is_installed(name: str) -> bool:
    """Return whether the library is installed, without loading it."""
    return importlib.util.find_spec(name) is not None


def check_installed(name: str) -> None:
    """Raise DigitsError, with what to do, if the library is missing."""
    if not is_installed(name):
        raise DigitsError(f"{TITLES[name]} is not installed. Install the packages listed in {BACKENDS[name]}.")


def versions(name: str) -> dict[str, str]:
    """Return the versions that are needed to repeat a training with the library."""
    packages = {package: importlib.metadata.version(package) for package in (name, "keras", "numpy")}
    return {"python": platform.python_version(), **packages}


def loaded() -> str | None:
    """Return which of them Keras runs on in this process, from now on; None where it is not loaded yet."""
    return sys.modules["keras"].backend.backend() if "keras" in sys.modules else None


def check_chosen() -> None:
    """Raise DigitsError if the environment variable KERAS_BACKEND names a library that cannot be used."""
    name = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if name not in BACKENDS:
        raise BadConfig(f"The environment variable KERAS_BACKEND is {name!r}; expected one of {', '.join(BACKENDS)}.")
    check_installed(name)
