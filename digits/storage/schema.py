"""The tables of the database. Numbered migrations make them; each runs once."""

import sqlite3
from pathlib import Path

from digits.errors import StoreUnavailable
from digits.storage.connection import transaction
from digits.storage.home import home

MIGRATIONS = sorted((Path(__file__).parent / "migrations").glob("[0-9]*.sql"))
EARLIER_LAYOUT = ("queue.json", "chosen.json", "mine", "runs")  # of Digits before it had a database


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
        connection.execute("PRAGMA journal_mode = WAL")  # readers and a writer do not wait for each other
    with transaction(connection, "EXCLUSIVE"):
        for number, migration in enumerate(MIGRATIONS, start=1):
            if number > version(connection):
                _run(connection, migration.read_text(encoding="utf-8"))
                connection.execute(f"PRAGMA user_version = {number}")


def refuse_earlier_layout() -> None:
    """Raise StoreUnavailable for a home that was written before there was a database. It is left untouched."""
    found = [name for name in EARLIER_LAYOUT if (home() / name).exists()]
    if found and (found != ["runs"] or any((home() / "runs").glob("*/config.json"))):
        raise StoreUnavailable(
            "An earlier version of Digits kept its runs and drawings here. This version cannot read them and leaves "
            "them untouched. Start it with another folder.",
            f"Set DIGITS_HOME to another folder than {home()}, or move that one away.",
        )


def _run(connection: sqlite3.Connection, statements: str) -> None:
    """Run some statements. `executescript` would end the transaction first."""
    statement = ""
    for line in statements.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
