"""A backup of everything that the app has written, as one zip, and a home restored from it."""

import contextlib
import os
import shutil
import uuid
import zipfile
from pathlib import Path, PurePosixPath

from digits.errors import DigitsError, StoreUnavailable
from digits.progress import Progress, to_nobody
from digits.storage import database, deletion
from digits.storage.files import UNFINISHED, atomic_write, cannot_write
from digits.storage.home import free_bytes, home
from digits.storage.schema import UNPACKED

DATABASE = "digits.db"
FOLDERS = ("data", "runs", "starter", "sweeps")
CHOOSE = "Choose a backup that Digits has made."


def backup(target: Path, on_progress: Progress = to_nobody) -> int:
    """Write one state of the database, and the files that it names, to a zip. Return the number of files.

    Files never change once they exist and none is removed meanwhile, so a copy made after the database's is complete.
    Raises DigitsError, and then leaves an earlier file of that name unchanged.
    """
    if not database.exists():
        raise DigitsError("There is nothing to back up yet.", f"DIGITS_HOME is {home()}.")
    with deletion.suspended():
        on_progress(0.0, "Copying the database")
        content = database.content()
        found = (file for name in FOLDERS for file in sorted((home() / name).rglob("*")))
        files = [file for file in found if file.is_file() and not file.name.startswith(UNFINISHED)]

        def write(part: Path) -> None:
            with zipfile.ZipFile(part, "w", strict_timestamps=False) as archive:  # models and pictures do not shrink
                archive.writestr(DATABASE, content)
                for number, file in enumerate(files):
                    on_progress(number / len(files), f"Copying {len(files):,} files")
                    with contextlib.suppress(FileNotFoundError):  # no row named it, and its writer removed it
                        archive.write(file, file.relative_to(home()).as_posix())

        atomic_write(target.absolute(), write)
    return len(files) + 1


def restore(source: Path) -> int:
    """Fill an empty DIGITS_HOME with what a backup contains. Return the number of files.

    Everything is unpacked and checked inside the home, which may be a mounted volume, in a folder that does not count.
    Then it is moved into place. The database comes last; without it nothing counts. Raises DigitsError, and then leaves
    the home unchanged.
    """
    existed, lock = home().exists(), home() / deletion.LOCK
    try:
        home().mkdir(parents=True, exist_ok=True)
        was_locked = lock.exists()
        with deletion.suspended():  # of two that restore at once, one would remove what the other has unpacked
            try:
                _check_empty()
                was_locked = False  # by another restore, which was killed
                return _fill(source)
            finally:
                if not was_locked:
                    lock.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(home(), error) from error
    finally:
        if not existed:
            with contextlib.suppress(OSError):  # the folder is not empty: all went well
                home().rmdir()


def _check_empty() -> None:
    """Raise DigitsError unless nothing is in the home but what a restore that was killed has left, which goes."""
    _remove_half_restored()
    there = (path for path in home().iterdir() if path.name != deletion.LOCK)
    if any(path.name != DATABASE or path.stat().st_size for path in there):
        raise DigitsError("A backup is restored only into an empty folder.", f"Set DIGITS_HOME; {home()} is not empty.")


def _fill(source: Path) -> int:
    part = home() / f"{UNPACKED}{uuid.uuid4().hex[:8]}"
    try:
        names = _unpack(source, part)
        for name in FOLDERS:
            if (part / name).exists():
                os.replace(part / name, home() / name)
        database.copy_from(part / DATABASE)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return len(names)


def _unpack(source: Path, folder: Path) -> list[str]:
    """Unpack a backup and check all of it. Return the names of the files. Raises DigitsError, OSError."""
    try:
        file = source.open("rb")
    except FileNotFoundError as error:
        raise DigitsError("There is no such backup file.", f"It should be {source}.") from error
    except OSError as error:
        raise DigitsError(f"The backup can't be read: {error.strerror}.", f"It is {source}.") from error
    try:
        with file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if DATABASE not in names or not all(map(_is_ours, names)):
                raise DigitsError(f"This file isn't a backup of Digits. {CHOOSE}")
            if (needed := sum(entry.file_size for entry in archive.infolist())) > free_bytes():
                raise DigitsError(f"There is no room here for what this backup holds: {needed / 1e6:,.1f} MB.")
            folder.mkdir()
            archive.extractall(folder)  # which compares every checksum
        database.check(folder / DATABASE)
    except StoreUnavailable as error:
        raise DigitsError(
            "The database in this backup is damaged, or of a newer version of Digits. Choose another backup, or update "
            "Digits.",
            str(error),
        ) from error
    except (DigitsError, OSError):
        raise
    except Exception as error:  # zipfile, zlib and struct each raise their own
        raise DigitsError(f"This file isn't a backup of Digits, or it is damaged. {CHOOSE}") from error
    return names


def _remove_half_restored() -> None:
    """Empty a home in which a restore was killed: it had been empty before."""
    half = list(home().glob(f"{UNPACKED}*"))
    if half and not database.exists():
        for folder in [*(home() / name for name in FOLDERS), *half]:
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name == DATABASE or (bool(parts) and parts[0] in FOLDERS and ".." not in parts)
