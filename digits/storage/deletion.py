"""Remove files whose rows are gone. What waits for it is in the table garbage.

Whoever removes files, or makes a folder before its row, holds one lock: so a backup copies all that its database names,
and nobody takes a folder for left over that is being filled.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from digits.errors import StoreUnavailable
from digits.storage import database
from digits.storage.files import UNFINISHED
from digits.storage.home import home

WAIT_SECONDS = 60.0  # for a removal that is under way


def discard(connection: sqlite3.Connection, path: Path) -> None:
    """Let a file or folder within DIGITS_HOME go, in the transaction that removes its row."""
    if path.exists():  # otherwise its name may be given to another one any time
        connection.execute("INSERT OR IGNORE INTO garbage VALUES (?)", (str(path.relative_to(home())),))


def is_discarded(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether a file or folder still waits to be removed, so that its name cannot be given to another one."""
    name = str(path.relative_to(home()))
    return connection.execute("SELECT 1 FROM garbage WHERE path = ?", (name,)).fetchone() is not None


def keep(connection: sqlite3.Connection, folder: Path) -> None:
    """Let a folder that was removed here and now be filled again. For who holds `suspended`."""
    name = str(folder.relative_to(home()))
    connection.execute(
        "DELETE FROM garbage WHERE path = ? OR substr(path, 1, ?) = ?", (name, len(name) + 1, f"{name}/")
    )


def collect() -> None:
    """Remove what was discarded, unless a backup is being made.

    Of a file the row goes first: killed between the two, a process leaves a file that nobody names; the other way round
    it would leave a row that takes away the next file of that name. A folder's name is given to no other while its row
    is there (`is_discarded`), so the row goes last, and whoever comes next removes what is left.
    """
    with database.reading() as connection:
        if not connection.execute("SELECT 1 FROM garbage LIMIT 1").fetchone():
            return
    with alone() as is_alone:
        if not is_alone:
            return
        with database.reading() as connection:
            paths = [home() / row["path"] for row in connection.execute("SELECT path FROM garbage").fetchall()]
        _forget([path for path in paths if not path.is_dir()])
        folders = [path for path in paths if path.is_dir()]
        for path in paths:
            _remove(path)
        _forget([path for path in folders if not path.exists()])


def sweep(folder: Path, keep: set[str]) -> None:
    """Remove the files of a folder but for those to keep and those being written, unless a backup is being made."""
    with alone() as is_alone:
        if not is_alone or not folder.is_dir():
            return
        for file in folder.iterdir():
            if file.is_file() and file.name not in keep and not file.name.startswith(UNFINISHED):
                _remove(file)


@contextmanager
def alone() -> Iterator[bool]:
    """Keep other processes from removing files; yields False where that cannot be had now."""
    try:
        held = _lock().acquire(timeout=0)
    except (Timeout, OSError):
        yield False
        return
    with held:
        yield True


@contextmanager
def suspended() -> Iterator[None]:
    """Inside, no other process removes a file. Raises StoreUnavailable where one does so for too long."""
    try:
        held = _lock().acquire(timeout=WAIT_SECONDS)
    except Timeout:
        raise StoreUnavailable("A backup or an import is under way. Wait for it and try again.") from None
    except OSError:  # nobody may write there, so nothing is removed
        yield
        return
    with held:
        yield


def _lock() -> FileLock:
    return FileLock(home() / "files.lock")


def _forget(paths: list[Path]) -> None:
    if paths:
        with database.writing() as connection:
            rows = [(str(path.relative_to(home())),) for path in paths]
            connection.executemany("DELETE FROM garbage WHERE path = ?", rows)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):  # an unnamed file that stays does no harm
            path.unlink(missing_ok=True)
