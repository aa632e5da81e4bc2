"""The tables of the database. Numbered migrations make them; each runs once."""

import sqlite3
import time
from pathlib import Path

from digits.errors import StoreUnavailable
from digits.storage.connection import transaction
from digits.storage.files import UNFINISHED
from digits.storage.home import home

MIGRATIONS = sorted((Path(__file__).parent / "migrations").glob("[0-9]*.sql"))
SWITCH_SECONDS, TRY_SECONDS = 5.0, 0.01  # how long, and how often, a new database tries to switch to its log
EARLIER_LAYOUT = ("queue.json", "chosen.json", "mine", "runs")  # of Digits before it had a database
UNPACKED = f"{UNFINISHED}restore-"
"""What the folder is called into which a backup is unpacked; while it is there, the database is still to come."""


def version(connection: sqlite3.Connection) -> int:
    """Return how many migrations a database has seen; 0 means that it is empty."""
    return connection.execute("PRAGMA user_version").fetchone()[0]


def is_outdated(connection: sqlite3.Connection) -> bool:
    """Return whether migrations are missing. Raises StoreUnavailable for a database of a newer version."""
    if (found := version(connection)) > len(MIGRATIONS):
        raise StoreUnavailable(
            f"A newer version of Digits has written here (version {found} of its database, this one knows "
            f"{len(MIGRATIONS)}). Start the newer one.",
            f"Or set DIGITS_HOME to another folder than {home()}.",
        )
    return found < len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Run the migrations that a database has not seen, all or none. Several processes may do so at once.

    SQLite itself keeps a new database whole while it is made: no file of ours has to be put in its place.
    """
    if version(connection) == 0:
        _use_log(connection)
    with transaction(connection, "EXCLUSIVE"):
        for number, migration in enumerate(MIGRATIONS, start=1):
            if number > version(connection):
                _run(connection, migration.read_text(encoding="utf-8"))
                connection.execute(f"PRAGMA user_version = {number}")


def refuse_home_with_runs() -> None:
    """Raise StoreUnavailable for a home without a database that holds runs. It is left untouched.

    They were made before there was a database, or it was lost: a new one would know nothing of them.
    """
    found = [name for name in EARLIER_LAYOUT if (home() / name).exists()]
    if found and (found != ["runs"] or any((home() / "runs").glob("*/config.json"))):
        raise StoreUnavailable(
            "An earlier version of Digits kept its runs and drawings here. This version cannot read them and leaves "
            "them untouched. Start it with another folder.",
            f"Set DIGITS_HOME to another folder than {home()}, or move that one away.",
        )
    if any((home() / "runs").glob("*/run.json")) and not any(home().glob(f"{UNPACKED}*")):
        raise StoreUnavailable(
            "The database is missing or empty, but the files of runs are still here. Stop Digits, move them away, and "
            "restore a backup.",
            f"They are in {home() / 'runs'}.",
        )


def _use_log(connection: sqlite3.Connection) -> None:
    """Switch a new database to the write-ahead log: readers and a writer do not wait for each other.

    Of two processes that switch at once, SQLite refuses both at once instead of letting one wait.
    """
    end = time.monotonic() + SWITCH_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(TRY_SECONDS)


def _run(connection: sqlite3.Connection, statements: str) -> None:
    """Run some statements. `executescript` would end the transaction first."""
    statement = ""
    for line in statements.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
