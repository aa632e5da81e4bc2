"""Is all well with this installation? Each check says what it found, or raises DigitsError with the remedy."""

import contextlib
import importlib.metadata
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from digits import tasks
from digits.data.dataset import is_available, open_dataset
from digits.data.sources import SOURCES
from digits.errors import DamagedFile, DigitsError, StoreUnavailable, UnknownRun
from digits.inference.detector import Detector
from digits.inference.prediction import predict_many
from digits.networks.backends import check_chosen
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database as store
from digits.storage.files import StoredFile, checked
from digits.storage.home import ROOT, home, run_folder

FREE_GB = 1.0  # the whole MNIST with TensorFlow Datasets' own copy needs 0.2, a run with its model up to 0.02
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "ceph", "glusterfs"}
WRITE_LOCK = "120"  # the byte of the -shm file that a writer holds (SQLite, "WAL-mode File Format", 2.3.1)
DEVICE_SECONDS = 120  # TensorFlow takes 3 to 6 s to load, on a busy machine a multiple of that


def packages() -> str:
    """Whether every package of requirements.txt is here in a version that it allows."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    if wrong := list(filter(None, map(_what_is_wrong, wanted))):
        raise DigitsError(f"{'; '.join(wrong)}. Run: {sys.executable} -m pip install -r requirements.txt")
    return f"All {len(wanted)} packages are as requirements.txt wants them."


def _what_is_wrong(package: Requirement) -> str:
    try:
        version = importlib.metadata.version(package.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{package.name} is missing"
    return "" if version in package.specifier else f"{package.name} is {version}, expected {package.specifier}"


def folder() -> str:
    """Whether DIGITS_HOME can be written, and lies where SQLite can keep it whole."""
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
    """Return the kind of file system that DIGITS_HOME lies on; empty where the system does not tell."""
    mounts = [part for part in psutil.disk_partitions(all=True) if home().is_relative_to(part.mountpoint)]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype if mounts else ""


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
    whole = [source for source in SOURCES if is_available(source)]
    for source in whole:
        open_dataset(source)  # what comes with the app is prepared on first use
    states = (f"{known.title} is {'whole' if source in whole else 'not prepared'}" for source, known in SOURCES.items())
    return "; ".join(states) + "."


def device() -> str:
    """Ask a process of its own which device and library train, so that this one never loads the library."""
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


def database() -> str:
    """Whether SQLite finds its file whole, and every file that it names is what was written."""
    store.check()
    if store.file().exists():
        _check_lock()
    named = [(run.id, stored) for run in runs.page(limit=-1) for stored in _named_files(run.id)]
    damaged = [f"{stored.name} of {run_id}" for run_id, stored in named if _is_damaged(run_id, stored)]
    if damaged:
        raise DigitsError(
            f"Damaged or missing: {', '.join(damaged)}. Check the disk. A damaged checkpoint or epoch is passed over; "
            "a run whose model is damaged can be continued or trained again."
        )
    return f"The database is whole, and so are the {len(named):,} files that it names."


def _is_damaged(run_id: str, stored: StoredFile) -> bool:
    try:
        checked(run_folder(run_id), stored)
    except DamagedFile:
        return stored in _named_files(run_id)  # a training lets its older files go
    return False


def _named_files(run_id: str) -> list[StoredFile]:
    """Return every file that the database names of a run; of a deleted one none."""
    try:
        model = runs.get(run_id).model
    except UnknownRun:
        return []
    kinds = ("checkpoint", "snapshot", "fine_tune_data", "weights")
    named = [stored for kind in kinds for stored in runs.files(run_id, kind).values()]
    return [*model.files.values(), *named] if model else named


def _check_lock() -> None:
    """Raise StoreUnavailable where a process that hangs keeps the database locked, and say which, where Linux tells."""
    try:
        with store.writing(durable=False):
            return
    except StoreUnavailable as error:
        with contextlib.suppress(OSError):
            inode = store.file().with_name("digits.db-shm").stat().st_ino
            for line in Path("/proc/locks").read_text().splitlines():  # proc(5)
                _, *_, mode, pid, place, start, _ = line.split()
                if (mode, place.rpartition(":")[2], start) == ("WRITE", str(inode), WRITE_LOCK):
                    raise StoreUnavailable(f"{error} It is process {pid}.", error.hint) from error
        raise


def workers() -> str:
    """Which work is under way, and whether a worker is gone or hangs."""
    tasks.look_after()
    lost = [f"{run.id} is lost: {run.cause}" for run in runs.unfinished() if run.state == RunState.LOST]
    if lost:
        raise DigitsError(
            f"{' '.join(lost)} Continue it (python -m digits train --resume RUN) or delete it (python -m digits runs "
            "delete RUN)."
        )
    if unevaluated := [run.id for run in runs.page(limit=-1) if run.lacks_evaluation]:
        raise DigitsError(
            f"Trained, but not evaluated: {', '.join(unevaluated)}. Continue: python -m digits train --resume RUN"
        )
    under_way = [task for task in tasks.unfinished() if task.state == tasks.TaskState.RUNNING]
    for task in (task for task in under_way if not task.is_responding):
        raise DigitsError(
            f"The worker of {task.subject}, process {task.lease.pid}, does not respond. Stop it: python -m digits "
            "runs stop RUN. Until then it keeps its place."
        )
    said = [f"{task.kind} {task.subject}: {task.fraction:.0%}" for task in under_way]
    return "; ".join(said) + "." if said else "Nothing is under way, and nothing was lost."


def prediction() -> str:
    """Whether the starter and the detector know a digit with a known label, and the chosen model can be loaded."""
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
    if chosen.model:  # an imported one is made at its first use
        models.recognizer(chosen)
    return f"The starter model predicts {label} for a {label}. The chosen model is {chosen.id}."


CHECKS = {check.__name__: check for check in (packages, folder, disk, data, database, device, workers, prediction)}
