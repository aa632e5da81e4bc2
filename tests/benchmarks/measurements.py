"""The measurements of engine and device, and how one is run: each in a process of its own.

So no library's threads or memory disturb another's. A measurement is a module with `measure(**settings) -> dict`.
"""

import importlib
import importlib.util
import json
import os
import subprocess
import sys

from digits.errors import DigitsError
from digits.storage.home import ROOT

FOLDERS = {
    # folder: {module: (what it measures, the package without which it is left out)}
    "engine": {
        "ours": ("Digits: the epoch as one compiled program", "keras"),
        "ours_on_jax": ("Digits on JAX", "jax"),
        "keras_fit": ("Keras model.fit with its defaults", "tensorflow"),
        "jax_scan": ("JAX lax.scan, written by hand", "jax"),
        "torch_eager": ("PyTorch eager, written by hand", "torch"),
        "convolutions": ("Digits", "keras"),
        "torch_convolutions": ("PyTorch, eager", "torch"),
        "scaling": ("how the cost of a training grows", "tensorflow"),
        "drawing": ("a drawing on one core, from PNG bytes to probabilities", "cv2"),
        "ours_to_99": ("Digits: cnn with its defaults, three epochs", "tensorflow"),
        "keras_to_99": ("keras.io's mnist_convnet under model.fit until 99.0%", "tensorflow"),
    },
    "device": {
        "ceilings": ("the device's rate of products and copies", "keras"),
        "throughput": ("images per second by network and batch size", "keras"),
        "breakdown": ("where the time of a step goes", "keras"),
        "fit_throughput": ("the same under plain model.fit", "keras"),
        "parallel_runs": ("several networks at once on JAX", "jax"),
        "ours_to_goal": ("Digits: cnn to 99.0% or cnn-large to 99.5%", "keras"),
    },
}
MEASUREMENTS = {name: (folder, *row) for folder, rows in FOLDERS.items() for name, row in rows.items()}


def title(name: str) -> str:
    """What a measurement measures, in words."""
    return MEASUREMENTS[name][1]


def is_installed(name: str) -> bool:
    """Whether the package that a measurement needs is there."""
    return importlib.util.find_spec(MEASUREMENTS[name][2]) is not None


def measure(name: str, **settings) -> dict:
    """Run one measurement in this process."""
    return importlib.import_module(f"tests.benchmarks.{MEASUREMENTS[name][0]}.{name}").measure(**settings)


def run(name: str, **settings) -> dict:
    """Run one measurement in a process of its own. Raises DigitsError with the last line of its error output."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.measurements", name, json.dumps(settings)],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    if process.returncode:
        raise DigitsError(f"The measurement {name} failed: {process.stderr.strip().splitlines()[-1]}")
    return json.loads(process.stdout.splitlines()[-1])


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], **json.loads(sys.argv[2]))))
