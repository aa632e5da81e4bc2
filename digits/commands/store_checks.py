"""Is everything in DIGITS_HOME whole, and is the work in the background under control? Two checks of the doctor."""

import contextlib
from pathlib import Path

from digits import tasks
from digits.errors import DamagedFile, DigitsError, StoreUnavailable, UnknownRun
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database as store
from digits.storage.files import StoredFile, checked
from digits.storage.home import run_folder
from digits.tasks import TaskState

WRITE_LOCK = "120"  # the byte of the -shm file that a writer holds (SQLite, "WAL-mode File Format", 2.3.1)


def database() -> str:
    """Check that the database is whole, and every file that it names is what was written."""
    store.check()
    if store.exists():
        _check_lock()
    named = [(run.id, stored) for run in runs.page(limit=-1) for stored in runs.named_files(run)]
    damaged = [f"{stored.name} of {run_id}" for run_id, stored in named if _is_damaged(run_id, stored)]
    if damaged:
        raise DigitsError(
            f"Damaged or missing: {', '.join(damaged)}. Check the disk. Digits skips a damaged checkpoint or epoch; "
            "continue or repeat a run whose model is damaged."
        )
    return f"The database is whole, and so are the {len(named):,} files that it names."


def _is_damaged(run_id: str, stored: StoredFile) -> bool:
    try:
        checked(run_folder(run_id), stored)
    except DamagedFile:
        with contextlib.suppress(UnknownRun):  # somebody has deleted the run
            return stored in runs.named_files(runs.get(run_id))  # a training removes its older files
    return False


def _check_lock() -> None:
    """Raise StoreUnavailable if a process that hangs keeps the database locked; on Linux, name the process."""
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
    """Check that no run is lost or lacks its evaluation, and no worker hangs; list what is at work."""
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
    running = [task for task in tasks.unfinished() if task.state == TaskState.RUNNING]
    for task in (task for task in running if not task.is_responding):
        raise DigitsError(
            f"The worker of {task.subject}, process {task.lease.pid}, does not respond. Stop it: python -m digits "
            "runs stop RUN. Until then it keeps its place."
        )
    listed = [f"{task.kind} {task.subject}: {task.fraction:.0%}" for task in running]
    return "; ".join(listed) + "." if listed else "No task is running, and no run was lost."
