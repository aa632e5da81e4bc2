"""A backup of all that the app has written, as one zip, and a home made from it."""

import contextlib
import os
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from digits.errors import DigitsError, StoreUnavailable
from digits.storage import database, deletion
from digits.storage.files import UNFINISHED, atomic_write, cannot_write
from digits.storage.home import home

DATABASE = "digits.db"
FOLDERS = ("data", "runs", "starter")
UNPACKED = f"{UNFINISHED}restore-"


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
                    with contextlib.suppress(FileNotFoundError):  # no row named it, and its writer let it go
                        archive.write(file, file.relative_to(home()).as_posix())

        atomic_write(target.absolute(), write)
    return len(files) + 1


def restore(source: Path) -> int:
    """Make an empty DIGITS_HOME what a backup holds. Returns the number of files.

    Everything is unpacked and checked inside it, which may be a mounted volume, under a name that does not count. Then
    it is put in place, the database last, without which nothing counts. Raises DigitsError, and then leaves the home as
    it was.
    """
    existed = home().exists()
    _remove_half_restored()
    if existed and any(home().iterdir()):
        raise DigitsError("A backup is restored only into an empty folder.", f"Set DIGITS_HOME; {home()} is not empty.")
    part = home() / f"{UNPACKED}{uuid.uuid4().hex[:8]}"
    try:
        names = _unpack(source, part)
        for name in FOLDERS:
            if (part / name).exists():
                os.replace(part / name, home() / name)
        os.link(part / DATABASE, home() / DATABASE)  # refused where somebody has made one meanwhile
    except OSError as error:
        raise cannot_write(home(), error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if not existed:
            with contextlib.suppress(OSError):  # it is not empty: all went well
                home().rmdir()
    return len(names)


def _unpack(source: Path, folder: Path) -> list[str]:
    """Unpack a backup and check all of it. Returns the names of the files. Raises DigitsError."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
            if DATABASE not in names or not all(_is_ours(name) for name in names):
                raise DigitsError("This file is no backup of Digits. Choose one that `backup` has made.")
            folder.mkdir(parents=True)
            archive.extractall(folder)  # which compares every checksum
        database.check(folder / DATABASE)
    except FileNotFoundError as error:
        raise DigitsError("There is no such backup file.", f"It should be {source}.") from error
    except StoreUnavailable as error:
        raise DigitsError(
            "The database in this backup is damaged, or of a newer version of Digits. Choose another one, or update "
            "Digits.",
            str(error),
        ) from error
    except (DigitsError, OSError):
        raise
    except Exception as error:  # zipfile, zlib and struct each raise their own
        raise DigitsError("This file is no backup of Digits, or a damaged one.") from error
    return names


def _remove_half_restored() -> None:
    """Empty a home in which a restore was killed: it had been empty before."""
    half = list(home().glob(f"{UNPACKED}*"))
    if half and not database.file().exists():
        for folder in [*(home() / name for name in FOLDERS), *half]:
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name == DATABASE or (bool(parts) and parts[0] in FOLDERS and ".." not in parts)
