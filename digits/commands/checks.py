"""Does this installation work? Each check returns what it found, or raises DigitsError with the remedy."""

import importlib.metadata
import shutil
import signal
import subprocess
import sys
import tempfile

import psutil
from packaging.requirements import Requirement

from digits.commands.store_checks import database, workers
from digits.data.dataset import is_available, open_dataset
from digits.data.sources import SOURCES
from digits.errors import DigitsError
from digits.inference.detector import Detector
from digits.inference.path_network import PathNetwork
from digits.inference.prediction import predict_many
from digits.networks.backends import check_chosen
from digits.runs import models
from digits.runs import store as runs
from digits.storage.home import ROOT, home

FREE_GB = 1.0  # the whole MNIST with TensorFlow Datasets' own copy needs 0.2, a run with its model up to 0.02
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "ceph", "glusterfs"}
DEVICE_SECONDS = 120  # TensorFlow takes 3 to 6 s to load, on a busy machine a multiple of that


def packages() -> str:
    """Check that every package in requirements.txt is installed in a version that it allows."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    if wrong := list(filter(None, map(_what_is_wrong, wanted))):
        raise DigitsError(f"{'; '.join(wrong)}. Run: {sys.executable} -m pip install -r requirements.txt")
    return f"All {len(wanted)} packages in requirements.txt are installed."


def _what_is_wrong(package: Requirement) -> str:
    try:
        version = importlib.metadata.version(package.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{package.name} is missing"
    return "" if version in package.specifier else f"{package.name} is {version}, expected {package.specifier}"


def folder() -> str:
    """Check that DIGITS_HOME can be written, and lies on a disk on which SQLite is safe."""
    try:
        home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home()) as file:
            file.write(b"digits")
    except OSError as error:
        raise DigitsError(
            f"{home()} cannot be written: {error.strerror}. Give this user the right to write there, or set "
            "DIGITS_HOME to another folder."
        ) from error
    if (kind := _file_system()) in NETWORK:
        raise DigitsError(
            f"{home()} lies on a network disk ({kind}), where several machines can damage the database. Set "
            "DIGITS_HOME to a folder on a disk of this machine."
        )
    return f"{home()} can be written."


def _file_system() -> str:
    """Return the kind of file system that DIGITS_HOME lies on; empty if it is unknown."""
    mounts = [part for part in psutil.disk_partitions(all=True) if home().is_relative_to(part.mountpoint)]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype if mounts else ""


def disk() -> str:
    """Check that there is room for the data and the next runs."""
    place = next(path for path in (home(), *home().parents) if path.exists())
    free = shutil.disk_usage(place).free / 1e9
    if free < FREE_GB:
        raise DigitsError(
            f"{free:.2f} GB are free at {place}, expected at least {FREE_GB}. Make room (python -m digits runs delete "
            "RUN), or set DIGITS_HOME to a folder on another disk."
        )
    return f"{free:.1f} GB are free."


def data() -> str:
    """Whether what is prepared is whole: every byte is compared with the manifest."""
    whole = [source for source in SOURCES if is_available(source)]
    for source in whole:
        open_dataset(source)  # what comes with the app is prepared on first use
    states = (f"{known.title} is {'whole' if source in whole else 'not prepared'}" for source, known in SOURCES.items())
    return "; ".join(states) + "."


def device() -> str:
    """Ask another process which device and library train, so that this process never loads the library."""
    check_chosen()
    code = (
        "import keras; from digits.training import device; d = device.choose(); "
        "print(keras.backend.backend(), d.note or 'Trains on: ' + d.name + '.', sep=': ')"
    )
    remedy = f"Run: {sys.executable} -m pip install --force-reinstall -r requirements.txt"
    try:
        process = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=DEVICE_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise DigitsError(f"TensorFlow did not load within {DEVICE_SECONDS} s. {remedy}") from error
    if process.returncode == -signal.SIGILL:
        raise DigitsError("This processor lacks the AVX instructions that TensorFlow needs. Train on another machine.")
    if process.returncode:
        last = (process.stderr.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        raise DigitsError(f"TensorFlow does not load ({last[:300]}). {remedy}")
    return process.stdout.strip().splitlines()[-1]


def prediction() -> str:
    """Check that the starter and the detector recognize a digit, and that the other models can be loaded."""
    digits = open_dataset("sample")
    starter, chosen = runs.get("starter"), models.chosen()
    label = int(digits.labels[0])
    [predicted] = predict_many(digits.images[:1], models.recognizer(starter), Detector.bundled())
    if predicted.digit != label or not predicted.is_digit:
        wrong = f"The starter model predicts {predicted.digit} for a {label}"
        raise DigitsError(
            f"{wrong if predicted.is_digit else f'The digit detector rejects a {label}'}. Reinstall OpenCV: "
            f"{sys.executable} -m pip install --force-reinstall -r requirements.txt"
        )
    PathNetwork.bundled()
    if chosen.model:  # an imported one is made at its first use
        models.recognizer(chosen)
    return f"The starter model predicts {label} for a {label}. The chosen model is {chosen.id}."


CHECKS = {check.__name__: check for check in (packages, folder, disk, data, database, device, workers, prediction)}
