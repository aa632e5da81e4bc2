"""Secrets of this installation. They are random and made when they are first needed."""

import secrets
from functools import cache

from digits.errors import StoreUnavailable
from digits.storage import database


def secret(name: str) -> str:
    """Return the secret of that name, 64 hexadecimal digits. If it cannot be stored, this process keeps it."""
    try:
        with database.reading() as connection:
            row = connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        if row is None:
            with database.writing() as connection:
                connection.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, secrets.token_hex(32)))
                row = connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return row["value"]
    except StoreUnavailable:
        return _of_this_process()


@cache
def _of_this_process() -> str:
    return secrets.token_hex(32)
