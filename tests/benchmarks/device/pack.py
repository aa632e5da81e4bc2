"""Make a folder that measures a bare machine: one with Python and JAX for its GPU, but no Keras, TensorFlow or network.

It holds the modules that train and measure, Keras and its small dependencies as wheels, MNIST as one compressed file,
and `run.sh`, the one command to run there.
"""

import argparse
import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from digits.storage.home import ROOT, data_folder
from tests.benchmarks.machine import COMMIT_FILE, commit

MODULES = (
    "digits/__init__.py", "digits/errors.py", "digits/progress.py", "digits/permissions.py", "digits/classes",
    "digits/storage", "digits/tasks", "digits/data", "digits/networks", "digits/training", "tests/__init__.py",
    "tests/benchmarks",
)  # fmt: skip
# NumPy, SciPy and ml-dtypes come with JAX.
WHEELS = (
    "keras", "absl-py", "h5py", "namex", "optree", "packaging", "rich", "markdown-it-py", "mdurl", "pygments",
    "typing_extensions", "filelock", "psutil",
)  # fmt: skip
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
MAX_MB = 64

RUN = """#!/bin/sh
# Measure this machine. python3 must have JAX, and OpenCV for the recipes with augmentation. Prints tables and, after
# each part, writes the results into results.json. --help says what to leave out.
set -e
cd "$(dirname "$0")"
python3 -m pip install -q --no-index --no-deps --no-compile --upgrade --target site wheels/*.whl
python3 -m zipfile -e mnist.zip home/data/mnist
export PYTHONPATH="$PWD:$PWD/site" KERAS_BACKEND=jax DIGITS_HOME="$PWD/home"
exec python3 -m tests.benchmarks device --goals --minutes 30 --out results.json "$@"
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder")
    parser.add_argument(
        "--python", default="3.12", metavar="V", help="that machine's version of Python, 3.12 by default"
    )


def run(options: argparse.Namespace) -> None:
    folder = options.folder
    size = pack(folder, python=options.python)
    print(f"{folder} has {size} MB. Copy it to the machine and run there: sh {folder.name}/run.sh")


def pack(folder: Path, *, python: str) -> int:
    """Fill `folder`. Returns its size in MB.

    python: the version of the machine it is for. Raises DigitsError when MNIST is not prepared, pip cannot fetch a
    wheel, or the folder grows larger than MAX_MB.
    """
    open_dataset("mnist")  # which checks it
    try:
        folder.mkdir(parents=True)
        for module in MODULES:
            _copy(ROOT / module, folder / module)
        shutil.make_archive(str(folder / "mnist"), "zip", data_folder("mnist"))
        (folder / COMMIT_FILE.name).write_text(commit(), encoding="utf-8")
        (folder / "run.sh").write_text(RUN, encoding="utf-8")
        (folder / "run.sh").chmod(0o755)
    except OSError as error:
        raise DigitsError(f"Could not pack into {folder}: {error.strerror}. Name a new folder.") from error
    _fetch_wheels(folder / "wheels", python)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    if size > MAX_MB:
        raise DigitsError(f"{folder} has {size:.0f} MB, expected at most {MAX_MB}; take something out of WHEELS.")
    return round(size)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _fetch_wheels(folder: Path, python: str) -> None:
    pinned = [f"{name}=={importlib.metadata.version(name)}" for name in WHEELS]
    download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
    target = ["--implementation", "cp", "--python-version", python, "--dest", str(folder)]
    platforms = [part for name in PLATFORMS for part in ("--platform", name)]
    process = subprocess.run([*download, *target, *platforms, *pinned], capture_output=True, text=True)
    if process.returncode:
        last = (process.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise DigitsError(f"Could not fetch a wheel for Python {python}: {last}")
