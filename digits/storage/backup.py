"""A backup of all that the app has written, as one zip, and a home made from it."""

import os
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from digits.errors import DigitsError
from digits.storage import database, deletion
from digits.storage.files import UNFINISHED, atomic_write, cannot_write
from digits.storage.home import home

DATABASE = "digits.db"
FOLDERS = ("data", "runs", "starter")


def backup(target: Path, on_progress: Callable[[float, str], None] = lambda fraction, phase: None) -> int:
    """Write one state of the database, and the files that it names, to a zip. Returns the number of files.

    Files never change once they are there and none is removed meanwhile, so a copy made after the database's is whole.
    Raises DigitsError, and then leaves an earlier file of that name as it was.
    """
    if not database.file().exists():
        raise DigitsError("There is nothing to back up yet.", f"DIGITS_HOME is {home()}.")
    with deletion.suspended(), tempfile.TemporaryDirectory(prefix="digits-backup-") as folder:
        on_progress(0.0, "Copying the database")
        copy = Path(folder, DATABASE)
        database.copy_to(copy)
        files = [
            file
            for name in FOLDERS
            for file in sorted((home() / name).rglob("*"))
            if file.is_file() and not file.name.startswith(UNFINISHED)
        ]

        def write(part: Path) -> None:
            with zipfile.ZipFile(part, "w") as archive:  # stored, because models and pictures do not shrink
                archive.write(copy, DATABASE)
                for number, file in enumerate(files):
                    on_progress(number / len(files), f"Copying {len(files):,} files")
                    archive.write(file, file.relative_to(home()).as_posix())

        atomic_write(target.absolute(), write)
    return len(files) + 1


def restore(source: Path) -> int:
    """Make an empty DIGITS_HOME what a backup holds. Returns the number of files.

    Everything is unpacked and checked beside it first. Raises DigitsError, and then leaves the home as it was.
    """
    if home().exists() and any(home().iterdir()):
        raise DigitsError("A backup is restored only into an empty folder.", f"Set DIGITS_HOME; {home()} is not empty.")
    beside = home().with_name(f"{home().name}.{uuid.uuid4().hex[:8]}")
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
            if DATABASE not in names or not all(_is_ours(name) for name in names):
                raise DigitsError("This file is no backup of Digits. Choose one that `backup` has made.")
            if archive.testzip() is not None:
                raise DigitsError("This backup is damaged. Choose another one.")
            beside.mkdir(parents=True)
            archive.extractall(beside)
        if home().exists():
            home().rmdir()
        os.replace(beside, home())
    except (zipfile.BadZipFile, EOFError) as error:
        raise DigitsError("This file is no backup of Digits, or a damaged one.") from error
    except FileNotFoundError as error:
        raise DigitsError("There is no such backup file.", f"It should be {source}.") from error
    except OSError as error:
        raise cannot_write(home(), error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    database.check()
    return len(names)


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name == DATABASE or (parts[0] in FOLDERS and ".." not in parts)
