"""The database: one SQLite file for all that is small and for all that is decided.

A connection lives for one operation. Whoever writes begins with BEGIN IMMEDIATE, because a read that turns into a write
fails at once where somebody else has written meanwhile (SQLite, "Isolation"). With WAL, pages read while a worker
writes.
"""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from digits.errors import BadConfig, StoreUnavailable
from digits.storage.files import UNFINISHED
from digits.storage.home import home

MIGRATIONS = sorted((Path(__file__).parent / "migrations").glob("[0-9]*.sql"))
VERSION = len(MIGRATIONS)
WAIT_SECONDS = 5.0  # for another writer; then a sentence
PATIENT_SECONDS = 60.0  # so long waits who has hours of work to lose
LOG_PAGES = 256  # of 4 kB, after which the write-ahead log goes into the database while others work
FULL_BYTES = 100_000  # free on a disk on which SQLite cannot even make room for its shared memory
EARLIER_LAYOUT = ("queue.json", "chosen.json", "mine", "runs")  # of Digits before it had a database

Guard = Callable[[sqlite3.Connection], None]
_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)


def file() -> Path:
    """Return where the database lies, whether it is there or not."""
    return home() / "digits.db"


@contextmanager
def reading() -> Iterator[sqlite3.Connection]:
    """Yield a connection that sees one state of the database; where there is none yet, an empty one.

    Asking makes no file. Raises StoreUnavailable.
    """
    with _in_words(), closing(_open_to_read()) as connection:
        connection.execute("BEGIN")
        yield connection


@contextmanager
def writing(*, durable: bool = True) -> Iterator[sqlite3.Connection]:
    """Yield a connection whose changes are all kept at the end, or none where something is raised.

    durable: whether it must survive a power cut; ticks and leases need not. Makes the database where there is none.
    Raises StoreUnavailable, and what the guard of this context raises.
    """
    with _in_words(), closing(_open_to_write()) as connection:
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute("BEGIN IMMEDIATE")
        try:
            _check_version(connection)
            if guard := _guard.get():
                guard(connection)
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def guarded(guard: Guard) -> Iterator[None]:
    """Inside, every write of this context first calls `guard`, which raises where this process may not write now.

    They also wait longer for other writers.
    """
    token = _guard.set(guard)
    try:
        yield
    finally:
        _guard.reset(token)


@contextmanager
def kept_open() -> Iterator[None]:
    """Inside, a connection of this process stays open, though nothing is done with it.

    The last connection that closes moves the write-ahead log into the database. That takes 30 ms of waiting for the
    disk, in which nobody else can even read; a process that is stopped just then (Ctrl-Z) would lock out all others.
    """
    connection = None
    with suppress(sqlite3.Error):  # there is no database yet, or nobody may write in it
        connection = _connect(file(), "rw")
        _version(connection)  # opens the log
    try:
        yield
    finally:
        if connection:
            connection.close()


@contextmanager
def parsing() -> Iterator[None]:
    """Inside, or in a function with this decorator, rows are read: what makes no sense was damaged on the disk.

    Raises StoreUnavailable.
    """
    try:
        yield
    except (BadConfig, ValueError, LookupError, TypeError) as error:
        raise _damaged(f"a row that makes no sense: {error}") from error


def check(copy: Path | None = None) -> None:
    """Let SQLite look at every page and every reference, of a copy if one is named. Raises StoreUnavailable."""
    with _in_words(), closing(_connect(copy, "ro&immutable=1") if copy else _open_to_read()) as connection:
        if _version(connection) > VERSION:
            _check_version(connection)
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
        broken = [f"a row of {row[0]} without its {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")]
    problems = [text for text in found if text != "ok"] + broken[:5]
    if problems:
        raise _damaged("; ".join(problems))


def copy_to(target: Path) -> None:
    """Write a copy of one state of the database, by SQLite's online backup. Raises StoreUnavailable."""
    with _in_words(), closing(_open_to_read()) as source, closing(_connect(target, "rwc")) as copy:
        source.backup(copy)


def _open_to_read() -> sqlite3.Connection:
    if not file().exists():
        _refuse_earlier_layout()
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.row_factory = sqlite3.Row
        _migrate(connection)
        return connection
    try:
        connection = _connect(file(), "rw")
        version = _version(connection)
    except sqlite3.OperationalError as error:
        unwritable = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)
        if error.sqlite_errorcode & 0xFF not in unwritable or _has_log():
            raise
        connection = _connect(file(), "ro&immutable=1")  # a home that nobody may write in, or a full disk
        version = _version(connection)
    if version < VERSION:
        connection.close()
        return _open_to_write()
    _check_version(connection)
    return connection


def _open_to_write() -> sqlite3.Connection:
    if not file().exists():
        _create()
    connection = _connect(file(), "rw")
    if _version(connection) < VERSION:
        connection.execute("BEGIN EXCLUSIVE")
        try:
            _migrate(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    # Only now: a migration that makes a table again would take along all that refers to the old one.
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _has_log() -> bool:
    """Return whether changes wait in the write-ahead log: the database alone is then not the newest state."""
    log = Path(f"{file()}-wal")
    return log.exists() and log.stat().st_size > 0


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=_patience(), isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    return connection


def _patience() -> float:
    return PATIENT_SECONDS if _guard.get() else WAIT_SECONDS


def _create() -> None:
    """Make the whole database under another name first, so that no process ever meets half of it."""
    _refuse_earlier_layout()
    home().mkdir(parents=True, exist_ok=True)
    part = home() / f"{UNFINISHED}{uuid.uuid4().hex}.db"
    try:
        with closing(_connect(part, "rwc")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            _migrate(connection)
            connection.execute("COMMIT")
        with suppress(FileExistsError):  # another process was quicker; its database is as good
            os.link(part, file())
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{part}{suffix}").unlink(missing_ok=True)


def _migrate(connection: sqlite3.Connection) -> None:
    """Run the migrations that this database has not seen. Inside a transaction of the caller."""
    for number, migration in enumerate(MIGRATIONS, start=1):
        if number <= _version(connection):
            continue
        statement = ""
        for line in migration.read_text(encoding="utf-8").splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                connection.execute(statement)
                statement = ""
        connection.execute(f"PRAGMA user_version = {number}")


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _check_version(connection: sqlite3.Connection) -> None:
    if (found := _version(connection)) != VERSION:
        raise StoreUnavailable(
            f"A newer version of Digits has written here (version {found} of its database, this one knows {VERSION}). "
            "Start the newer one.",
            f"Or set DIGITS_HOME to another folder than {home()}.",
        )


def _refuse_earlier_layout() -> None:
    """A home from before the database is left untouched."""
    found = [name for name in EARLIER_LAYOUT if (home() / name).exists()]
    if found and (found != ["runs"] or any((home() / "runs").glob("*/config.json"))):
        raise StoreUnavailable(
            "An earlier version of Digits kept its runs and drawings here; this one cannot read them and leaves them "
            "untouched. Start it with another folder.",
            f"Set DIGITS_HOME to another folder than {home()}, or move that one away.",
        )


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what SQLite or the system says into a sentence with the remedy."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a fault of ours
    except sqlite3.Error as error:
        raise _sentence(error) from error
    except UnicodeDecodeError as error:  # in what SQLite says of a damaged table
        raise _damaged("its tables cannot be read") from error
    except OSError as error:
        raise StoreUnavailable(
            f"Digits cannot write its files here: {error.strerror or type(error).__name__}. Give this user the right "
            "to write there, or choose another folder.",
            f"DIGITS_HOME is {home()}.",
        ) from error


def _sentence(error: sqlite3.Error) -> StoreUnavailable:
    # Python itself says that a text is none, and gives no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    where = f"It is {file()}."
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreUnavailable(
            f"The database was busy for more than {_patience():.0f} seconds: another process keeps it locked. Try "
            "again; if it stays so, look for a process that hangs.",
            where,
        )
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _disk_is_full()):
        return StoreUnavailable("The disk is full. Nothing was changed; make room and try again.", where)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(str(error))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return StoreUnavailable(
            "Digits cannot write its database. Check the disk and the right to write there, and try again.",
            f"{where} DIGITS_HOME can name another folder.",
        )
    return StoreUnavailable(f"The database refused: {error}.", where)


def _disk_is_full() -> bool:
    with suppress(OSError):
        return shutil.disk_usage(home()).free < FULL_BYTES
    return False


def _damaged(why: str) -> StoreUnavailable:
    return StoreUnavailable(
        "The database is damaged. Stop Digits and restore a backup.",
        f"{why}. It is {file()}; restore with: python -m digits restore FILE, into an empty DIGITS_HOME.",
    )
