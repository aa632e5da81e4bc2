"""Secrets of this installation. They are random and made when they are first needed."""

import secrets
from functools import cache

from digits.errors import StoreUnavailable
from digits.storage import database

SECRET = "SELECT value FROM secrets WHERE name = ?"


def secret(name: str) -> str:
    """Return the secret of that name, 64 hexadecimal digits. If it cannot be stored, this process keeps it."""
    try:
        if row := database.first(SECRET, [name]):
            return row["value"]
        database.change("INSERT OR IGNORE INTO secrets VALUES (?, ?)", [name, secrets.token_hex(32)])
        return database.first(SECRET, [name])["value"]
    except StoreUnavailable:
        return _of_this_process()


@cache
def _of_this_process() -> str:
    return secrets.token_hex(32)
