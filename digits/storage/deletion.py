"""Remove files after their rows, but none while a backup copies them. The table garbage lists what waits."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from digits.errors import StoreUnavailable
from digits.storage import database, files
from digits.storage.home import home

BACKUP_WAITS = 60.0  # s, for a removal that is under way
LOCK = "backup.lock"


def discard(connection: sqlite3.Connection, path: Path) -> None:
    """List a file or folder within DIGITS_HOME for removal, in the transaction that removes its row."""
    if path.exists():  # otherwise its name may be given to another file at any time
        connection.execute("INSERT OR IGNORE INTO garbage VALUES (?)", (str(path.relative_to(home())),))


def is_discarded(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether a file or folder still waits for its removal, so that its name cannot be used again yet."""
    row = connection.execute("SELECT 1 FROM garbage WHERE path = ?", (str(path.relative_to(home())),)).fetchone()
    return row is not None


def collect() -> None:
    """Remove what was discarded, unless a backup is being made. What cannot be removed now is tried again later."""
    if database.first("SELECT 1 FROM garbage LIMIT 1") is None:
        return
    with _alone() as is_alone:
        if not is_alone:
            return
        # The row of a file goes first: a new file of that name must not be lost to an old row. That of a folder goes
        # last: no run gets its name before (`is_discarded`), and a kill leaves nothing behind.
        with database.writing() as connection:
            paths = [row["path"] for row in connection.execute("SELECT path FROM garbage").fetchall()]
            folders = {path for path in paths if (home() / path).is_dir()}
            _set_waiting(connection, dict.fromkeys(set(paths) - folders, False))
        removed = {path: _removed(home() / path) for path in paths}
        if changed := {path: not gone for path, gone in removed.items() if gone == (path in folders)}:
            with database.writing() as connection:
                _set_waiting(connection, changed)


def remove_now(folder: Path) -> bool:
    """Remove a folder whose row is still there: on a full disk, only that makes room for a change of the row.

    Returns False while a backup is being made; then nothing is removed.
    """
    with _alone() as is_alone:
        return is_alone and _removed(folder)


def sweep(folder: Path, keep: set[str]) -> None:
    """Remove the files in `folder` that no row names, unless a backup is being made. keep: the names in rows."""
    with _alone() as is_alone:
        for file in folder.iterdir() if is_alone and folder.is_dir() else ():
            if file.is_file() and file.name not in keep and not file.name.startswith(files.UNFINISHED):
                _removed(file)


@contextmanager
def suspended() -> Iterator[None]:
    """Inside, no file is removed. Raises StoreUnavailable if the lock is taken or cannot be made."""
    try:
        lock = FileLock(home() / LOCK).acquire(timeout=BACKUP_WAITS)
    except Timeout:
        raise StoreUnavailable("Another backup is being made. Wait for it and try again.") from None
    except OSError as error:
        raise StoreUnavailable(str(files.cannot_write(home() / LOCK, error)), f"DIGITS_HOME is {home()}.") from error
    with lock:
        yield


@contextmanager
def _alone() -> Iterator[bool]:
    """Yield whether files may be removed now: then nobody else removes files or makes a backup meanwhile."""
    try:
        lock = FileLock(home() / LOCK).acquire(timeout=0)
    except (Timeout, OSError):
        yield False
        return
    with lock:
        yield True


def _set_waiting(connection: sqlite3.Connection, paths: dict[str, bool]) -> None:
    for path, waits in paths.items():
        statement = "INSERT OR IGNORE INTO garbage VALUES (?)" if waits else "DELETE FROM garbage WHERE path = ?"
        connection.execute(statement, (path,))


def _removed(path: Path) -> bool:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return False
    return not path.exists()
