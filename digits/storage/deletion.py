"""Remove files whose rows are gone, but none while a backup copies them: what waits is in the table garbage."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from digits.errors import StoreUnavailable
from digits.storage import database
from digits.storage.home import home

BACKUP_WAITS = 60.0  # s, for a removal that is under way


def discard(connection: sqlite3.Connection, path: Path) -> None:
    """Let a file or folder within DIGITS_HOME go, in the transaction that removes its row."""
    connection.execute("INSERT OR IGNORE INTO garbage VALUES (?)", (str(path.relative_to(home())),))


def collect() -> None:
    """Remove what was discarded, unless a backup is being made. What cannot be removed now is tried again later."""
    with database.reading() as connection:
        paths = [row["path"] for row in connection.execute("SELECT path FROM garbage")]
    if not paths:
        return
    try:
        with FileLock(home() / "backup.lock", timeout=0):
            gone = [path for path in paths if _removed(home() / path)]
    except (Timeout, OSError):
        return
    if gone:
        with database.writing() as connection:
            connection.executemany("DELETE FROM garbage WHERE path = ?", [(path,) for path in gone])


@contextmanager
def suspended() -> Iterator[None]:
    """Inside, no file is removed. Raises StoreUnavailable where the lock cannot be had."""
    try:
        lock = FileLock(home() / "backup.lock").acquire(timeout=BACKUP_WAITS)
    except Timeout:
        raise StoreUnavailable("Another backup is being made. Wait for it and try again.") from None
    with lock:
        yield


def _removed(path: Path) -> bool:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return False
    return not path.exists()
