"""Connections to SQLite, and transactions that are kept whole or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

LOG_PAGES = 256  # of 4 kB; then the write-ahead log is moved into the database while others work
MEMORY = "file::memory:"


def connect(uri: str, timeout: float) -> sqlite3.Connection:
    """Open a database by its URI. It waits up to `timeout` seconds for other writers."""
    connection = sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.create_function("casefold", 1, str.casefold)  # SQLite's lower() knows only the English letters
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    """Keep all changes made inside, or none where something is raised. kind: IMMEDIATE or EXCLUSIVE."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
