"""Which measurements there are, and how one is run in a process of its own."""

import importlib.util
import json
import os
import subprocess
import sys

from digits.errors import DigitsError
from digits.storage.home import ROOT

MEASUREMENTS = {
    # name: (what it is, the package without which it is left out)
    "ours": ("Digits: the epoch as one compiled program", "keras"),
    "ours_on_jax": ("Digits on JAX", "jax"),
    "keras_fit": ("Keras model.fit with its defaults", "tensorflow"),
    "jax_scan": ("JAX lax.scan, written by hand", "jax"),
    "torch_eager": ("PyTorch eager, written by hand", "torch"),
    "drawing": ("a drawing on one core, from PNG bytes to probabilities", "cv2"),
    "throughput": ("images per second by network and batch size", "keras"),
    "fit_throughput": ("the same under plain model.fit", "keras"),
    "ceilings": ("the device's rate of products and copies", "keras"),
    "breakdown": ("where the time of a step goes", "keras"),
    "race": ("a race on JAX", "jax"),
    "ours_to_goal": ("Digits: cnn to 99.0 % or cnn-large to 99.5 %", "keras"),
    "ours_to_99": ("Digits: cnn with its defaults", "tensorflow"),
    "keras_to_99": ("keras.io's mnist_convnet under model.fit until 99.0 %", "tensorflow"),
}


def is_installed(name: str) -> bool:
    """Whether the package that a measurement needs is there."""
    return importlib.util.find_spec(MEASUREMENTS[name][1]) is not None


def run(name: str, **settings) -> dict:
    """Run one measurement, with settings, in a process of its own. Raises DigitsError with the end of what it said."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.engine", name, json.dumps(settings)],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    if process.returncode:
        raise DigitsError(f"The measurement {name} failed: {process.stderr.strip().splitlines()[-1]}")
    return json.loads(process.stdout.splitlines()[-1])
