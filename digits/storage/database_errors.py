"""What SQLite and the system report, as sentences with a remedy."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from digits.errors import BadConfig, DigitsError, DiskFull, StoreUnavailable
from digits.storage.home import free_bytes, home

FULL_BYTES = 100_000  # free on a disk on which SQLite cannot even make room for its shared memory


@contextmanager
def in_words() -> Iterator[None]:
    """Inside, errors of SQLite and of the system become a StoreUnavailable. Faults of ours stay what they are."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.Error as error:
        raise _sentence(error) from error
    except UnicodeDecodeError as error:  # in what SQLite says about a damaged table
        raise damaged("its tables cannot be read") from error
    except (UnicodeEncodeError, OverflowError) as error:  # what somebody typed, not what is stored
        raise DigitsError("This contains half a character, or a number beyond all bounds. Type it again.") from error
    except OSError as error:
        raise StoreUnavailable(
            f"Digits cannot write its files here: {error.strerror or type(error).__name__}. Allow this user to write "
            "there, or choose another folder.",
            f"DIGITS_HOME is {home()}.",
        ) from error


@contextmanager
def parsing() -> Iterator[None]:
    """Inside, or in a function with this decorator, rows are read. One that makes no sense was damaged on the disk.

    Raises StoreUnavailable.
    """
    try:
        yield
    except (BadConfig, ValueError, LookupError, TypeError) as error:
        raise damaged(f"a row that makes no sense: {error}") from error


def damaged(why: str) -> StoreUnavailable:
    """Return the error for a damaged database. why: for the command line only."""
    return StoreUnavailable(
        "The database is damaged. Stop Digits and restore a backup.",
        f"{why}. It is {home() / 'digits.db'}; restore with: python -m digits restore FILE, into an empty DIGITS_HOME.",
    )


def _sentence(error: sqlite3.Error) -> StoreUnavailable:
    # Python's own errors about damaged text carry no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    where = f"It is {home() / 'digits.db'}."
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreUnavailable(
            "The database is locked by another process. Try again; if it stays locked, look for a process that hangs.",
            where,
        )
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and free_bytes() < FULL_BYTES):
        return DiskFull("The disk is full. Nothing was changed; make room and try again.", where)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(str(error))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return StoreUnavailable(
            "Digits cannot write its database. Check the disk and the right to write there, and try again.",
            f"{where} DIGITS_HOME can name another folder.",
        )
    return StoreUnavailable(f"The database refused: {error}.", where)
