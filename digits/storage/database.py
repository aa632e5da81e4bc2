"""The database: one SQLite file for all that is small and for all that is decided.

A connection lives for one operation. Whoever writes begins with BEGIN IMMEDIATE, because a read that turns into a write
fails at once if somebody else has written meanwhile (SQLite, "Isolation"). With the write-ahead log, pages read while a
worker writes.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from digits.errors import StoreUnavailable
from digits.storage import schema
from digits.storage.connection import MEMORY, connect, transaction
from digits.storage.database_errors import damaged, in_words
from digits.storage.database_errors import parsing as parsing
from digits.storage.home import home

WAIT_SECONDS = 5.0  # for another writer; then an error in words
PATIENT_SECONDS = 60.0  # the same for a worker, which may have hours of work to lose

Guard = Callable[[sqlite3.Connection], None]
_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)


def file() -> Path:
    """Return the path of the database, whether it exists or not."""
    return home() / "digits.db"


def exists() -> bool:
    """Return whether anything was ever written. A file without tables does not count. Raises StoreUnavailable."""
    with in_words(), closing(_open_to_read()) as connection:
        [(length_of_path,)] = connection.execute("SELECT length(file) FROM pragma_database_list").fetchall()
        return length_of_path > 0  # an empty one lies in memory


@contextmanager
def reading() -> Iterator[sqlite3.Connection]:
    """Yield a connection that sees one state of the database, or an empty database if there is none yet.

    Asking makes no file. Raises StoreUnavailable.
    """
    with in_words(), closing(_open_to_read()) as connection:
        connection.execute("BEGIN")
        yield connection


def rows(statement: str, values: Sequence | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
    """Return the rows that answer one question. Raises StoreUnavailable."""
    with reading() as connection:
        return connection.execute(statement, values).fetchall()


def first(statement: str, values: Sequence | Mapping[str, Any] = ()) -> sqlite3.Row | None:
    """Return the first of these rows, or None."""
    return next(iter(rows(statement, values)), None)


@contextmanager
def writing(*, durable: bool = True) -> Iterator[sqlite3.Connection]:
    """Yield a connection whose changes are all kept at the end, or none if something is raised.

    Makes the database if there is none. durable: whether the changes must survive a power cut; ticks and leases need
    not. Raises StoreUnavailable, and what the guard of this context raises.
    """
    with in_words(), closing(_open_to_write()) as connection:
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        with transaction(connection, "IMMEDIATE"):
            schema.is_outdated(connection)  # another process may have migrated it meanwhile
            if guard := _guard.get():
                guard(connection)
            yield connection


def change(statement: str, values: Sequence | Mapping[str, Any] = (), *, durable: bool = True) -> int:
    """Make one change, as `writing` does. Return how many rows it changed."""
    with writing(durable=durable) as connection:
        return connection.execute(statement, values).rowcount


@contextmanager
def guarded(guard: Guard) -> Iterator[None]:
    """Inside, every write of this context first calls `guard`, which raises if this process may no longer write.

    These writes also wait longer for other writers.
    """
    token = _guard.set(guard)
    try:
        yield
    finally:
        _guard.reset(token)


@contextmanager
def kept_open() -> Iterator[Callable[[], bool]]:
    """Inside, this process keeps one connection open that changes nothing.

    The last connection that closes moves the write-ahead log into the database. That takes 30 ms of waiting for the
    disk, in which nobody else can even read; a process that is stopped just then (Ctrl-Z) would lock out all others.

    Yields a function that returns whether anything may have changed since it was last called, in some microseconds.
    """
    connection, seen = None, 0
    with suppress(sqlite3.Error):  # there is no database yet, or it cannot be written
        connection = _connect(file(), "rw")
        schema.version(connection)  # opens the log

    def has_changed() -> bool:
        nonlocal seen
        before = seen
        with suppress(sqlite3.Error, AttributeError):
            seen = connection.execute("PRAGMA data_version").fetchone()[0]
            return seen != before
        return True

    try:
        yield has_changed
    finally:
        if connection:
            connection.close()


def check(copy: Path | None = None) -> None:
    """Let SQLite check every page and every reference, of a copy if one is named. Raises StoreUnavailable."""
    with in_words(), closing(_connect(copy, "ro&immutable=1") if copy else _open_to_read()) as connection:
        schema.is_outdated(connection)
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
        broken = [f"a row of {row[0]} without its {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")]
    problems = [text for text in found if text != "ok"] + broken[:5]
    if problems:
        raise damaged("; ".join(problems))


def content() -> bytes:
    """Return one state of the database as the bytes of its file. Raises StoreUnavailable."""
    with reading() as connection:
        return connection.serialize()


def copy_from(source: Path) -> None:
    """Fill a database that does not exist yet with that of another file, all or nothing. Raises StoreUnavailable."""
    with in_words(), closing(_connect(source, "ro&immutable=1")) as copy, closing(_connect(file(), "rwc")) as target:
        if schema.version(target):
            raise StoreUnavailable("Another process has begun to use this folder. Stop it and choose an empty folder.")
        copy.backup(target)


def _open_to_read() -> sqlite3.Connection:
    if not file().exists():
        schema.refuse_home_with_runs()
        return _empty()
    try:
        connection = _connect(file(), "rw")
        version = schema.version(connection)
    except sqlite3.OperationalError as error:
        unwritable = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)
        if error.sqlite_errorcode & 0xFF not in unwritable or _has_log():
            raise
        connection = _connect(file(), "ro&immutable=1")  # a home that nobody may write to, or a full disk
        version = schema.version(connection)
    if version and not schema.is_outdated(connection):
        return connection
    connection.close()
    if version:
        return _open_to_write()
    schema.refuse_home_with_runs()
    return _empty()


def _open_to_write() -> sqlite3.Connection:
    if not file().exists() or not file().stat().st_size:
        schema.refuse_home_with_runs()
        home().mkdir(parents=True, exist_ok=True)
    connection = _connect(file(), "rwc")
    if schema.is_outdated(connection):
        schema.migrate(connection)
    # Only now: a migration that makes a table again would take along everything that refers to the old one.
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _empty() -> sqlite3.Connection:
    connection = connect(MEMORY, WAIT_SECONDS)
    schema.migrate(connection)
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return connect(f"{path.as_uri()}?mode={mode}", PATIENT_SECONDS if _guard.get() else WAIT_SECONDS)


def _has_log() -> bool:
    """Return whether changes wait in the write-ahead log, so that the database alone is not the newest state."""
    log = Path(f"{file()}-wal")
    return log.exists() and log.stat().st_size > 0
