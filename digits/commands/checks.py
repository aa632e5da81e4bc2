"""Is all well with this installation? Each check says what it found, or raises DigitsError with the remedy."""

import importlib.metadata
import shutil
import subprocess
import sys
import tempfile

from packaging.requirements import Requirement

from digits.data.dataset import is_prepared, is_preparing, open_dataset
from digits.data.sources import SOURCES
from digits.errors import DigitsError
from digits.inference.detector import Detector
from digits.inference.prediction import predict_many
from digits.runs import models, runs
from digits.runs.run import RunState
from digits.storage.home import ROOT, home
from digits.storage.records import is_whole
from digits.training.backends import check_chosen

FREE_GB = 1.0  # the whole MNIST with TensorFlow Datasets' own copy needs 0.2, a run with its model up to 0.02
DEVICE_SECONDS = 120  # TensorFlow takes 3 to 6 s to load, on a busy machine a multiple of that


def packages() -> str:
    """Whether every package of requirements.txt is here in a version that it allows."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    wrong = []
    for package in wanted:
        try:
            version = importlib.metadata.version(package.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{package.name} is missing")
            continue
        if version not in package.specifier:
            wrong.append(f"{package.name} is {version}, expected {package.specifier}")
    if wrong:
        raise DigitsError(f"{'; '.join(wrong)}. Run: {sys.executable} -m pip install -r requirements.txt")
    return f"All {len(wanted)} packages are as requirements.txt wants them."


def folder() -> str:
    """Whether DIGITS_HOME can be written."""
    try:
        home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home()) as file:
            file.write(b"digits")
    except OSError as error:
        raise DigitsError(
            f"{home()} cannot be written: {error.strerror}. Give this user the right to write there, or set "
            "DIGITS_HOME to another folder."
        ) from error
    return f"{home()} can be written."


def disk() -> str:
    """Whether there is room for the data and the next runs."""
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
    said = []
    for source, known in SOURCES.items():
        whole = source == "sample" or is_prepared(source)
        if whole:
            open_dataset(source)  # the sample is prepared on first use
        said.append(f"{known.title} is {'whole' if whole else 'not prepared'}")
    return "; ".join(said) + "."


def device() -> str:
    """Which device trains and by which library, asked in a process of its own: it stays out of this one."""
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
    if process.returncode:
        last = (process.stderr.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        raise DigitsError(f"TensorFlow does not load ({last[:300]}). {remedy}")
    return process.stdout.strip().splitlines()[-1]


def files() -> str:
    """Whether the small files of runs, queue and My digits are as they were written; models are checked when used."""
    found = runs.all_runs()
    damaged = [f"{run.id}: {damage}" for run in found if (damage := run.damage())]
    others = [file for folder in (home(), home() / "mine") for file in sorted(folder.glob("*.json"))]
    damaged += [f"{file} is damaged: delete it." for file in others if not is_whole(file)]
    if damaged:
        raise DigitsError(
            f"{' '.join(damaged)} Check the disk. What a run can make again, it makes when it goes on or is evaluated."
        )
    return f"What is written about {len(found)} run{'s' * (len(found) != 1)} is whole."


def locks() -> str:
    """Which run has its worker, what is being prepared, and whether a worker is gone or hangs."""
    states = {run.id: run.status() for run in runs.all_runs()}
    lost = [f"{name} is lost: {status['error']}" for name, status in states.items() if status["state"] == RunState.LOST]
    if lost:
        raise DigitsError(
            f"{' '.join(lost)} Let it go on: python -m digits train --resume RUN. Or: python -m digits runs delete RUN"
        )
    busy = {name: status for name, status in states.items() if not status["state"].is_final and status.get("pid")}
    for name, status in busy.items():
        if not status["responding"]:
            raise DigitsError(
                f"The worker of {name}, process {status['pid']}, does not respond. Wake it (kill -CONT) or end it; "
                "until then it keeps the device."
            )
    said = [f"{name} has its worker" for name in busy]
    said += [f"{SOURCES[source].title} is being prepared" for source in SOURCES if is_preparing(source)]
    return "; ".join(said) + "." if said else "Nobody holds a lock, and none is stale."


def prediction() -> str:
    """Whether the starter and the detector know a digit whose label is known, and the chosen model can be loaded."""
    digits = open_dataset("sample")
    starter, chosen = runs.find("starter"), models.chosen()
    label = int(digits.labels[0])
    [predicted] = predict_many(digits.images[:1], models.recognizer(starter), Detector.bundled())
    if predicted.digit != label or not predicted.is_digit:
        wrong = f"The starter model predicts {predicted.digit} for a {label}"
        raise DigitsError(
            f"{wrong if predicted.is_digit else f'The digit detector rejects a {label}'}. Reinstall OpenCV: "
            f"{sys.executable} -m pip install --force-reinstall -r requirements.txt"
        )
    if chosen != starter:
        models.recognizer(chosen)
    return f"The starter model predicts {label} for a {label}. The chosen model is {chosen.id}."


CHECKS = {check.__name__: check for check in (packages, folder, disk, data, files, device, locks, prediction)}
