"""The tests of the engine once more, on JAX: a process cannot change the library that Keras runs on."""

import os
import subprocess
import sys

import pytest

from digits.storage.home import ROOT
from digits.training import backends


@pytest.mark.skipif(not backends.is_installed("jax"), reason="pip install -r requirements-jax.txt")
def test_the_engine_does_on_jax_what_it_does_on_tensorflow():
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/training/test_engine.py"],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stdout
    assert "skipped" not in process.stdout
