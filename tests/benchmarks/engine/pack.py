"""A folder for a bare machine: one with Python and JAX for its GPU, but without Keras, TensorFlow or a network.

It holds this package, Keras and its small dependencies as wheels, MNIST as one compressed file made on the spot, and
`run.sh`, the one command to run there.
"""

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from digits.storage.home import ROOT, data_folder
from digits.storage.records import write_json
from tests.benchmarks.engine.machine import COMMIT_FILE, commit

# NumPy, SciPy and ml-dtypes come with JAX.
WHEELS = (
    "keras", "absl-py", "h5py", "namex", "optree", "packaging", "rich", "markdown-it-py", "mdurl", "pygments",
    "typing_extensions", "filelock", "psutil",
)  # fmt: skip
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
MAX_MB = 64

RUN = """#!/bin/sh
# Measure this machine: python3 must have JAX, and OpenCV for the recipes with augmentation. Prints the results as JSON,
# then as tables, and keeps them after each part in results.json. --help says what to leave out.
set -e
cd "$(dirname "$0")"
python3 -m pip install -q --no-index --no-deps --no-compile --upgrade --target site wheels/*.whl
export PYTHONPATH="$PWD:$PWD/site" KERAS_BACKEND=jax DIGITS_HOME="$PWD/home"
python3 -m tests.benchmarks.engine.pack
exec python3 -m tests.benchmarks.engine.card --minutes 30 --out results.json "$@"
"""


def pack(folder: Path, *, python: str = f"{sys.version_info[0]}.{sys.version_info[1]}") -> int:
    """Fill `folder`; returns its size in MB. python: the version of the machine it is for.

    Raises DigitsError when MNIST is not prepared, a wheel cannot be had, or it becomes larger than MAX_MB.
    """
    dataset = open_dataset("mnist")
    try:
        folder.mkdir(parents=True)
        shutil.copytree(ROOT / "digits", folder / "digits", ignore=shutil.ignore_patterns("__pycache__", "starter"))
        np.savez_compressed(folder / "mnist.npz", images=dataset.images, labels=dataset.labels)
        write_json(folder / "mnist.json", dataset.manifest)
        (folder / COMMIT_FILE.name).write_text(commit(), encoding="utf-8")
        (folder / "run.sh").write_text(RUN, encoding="utf-8")
        (folder / "run.sh").chmod(0o755)
    except OSError as error:
        raise DigitsError(f"Could not pack into {folder}: {error.strerror}. Name a new folder.") from error
    pinned = [f"{name}=={importlib.metadata.version(name)}" for name in WHEELS]
    download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
    target = ["--implementation", "cp", "--python-version", python, "--dest", str(folder / "wheels")]
    platforms = [part for name in PLATFORMS for part in ("--platform", name)]
    process = subprocess.run([*download, *target, *platforms, *pinned], capture_output=True, text=True)
    if process.returncode:
        last = (process.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise DigitsError(f"A wheel for Python {python} could not be had: {last}")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    if size > MAX_MB:
        raise DigitsError(f"{folder} has {size:.0f} MB, expected at most {MAX_MB}; take something out of WHEELS.")
    return round(size)


def unpack(folder: Path) -> None:
    """Make the digits in `folder` those of DIGITS_HOME."""
    target = data_folder("mnist")
    target.mkdir(parents=True, exist_ok=True)
    with np.load(folder / "mnist.npz") as arrays:
        for name in ("images", "labels"):
            np.save(target / f"{name}.npy", arrays[name])
    shutil.copyfile(folder / "mnist.json", target / "manifest.json")


if __name__ == "__main__":
    unpack(ROOT)
