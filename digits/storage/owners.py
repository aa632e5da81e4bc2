"""What belongs to some people, or to everybody: the condition in SQL, and its value."""

import json
from collections.abc import Collection

Owners = Collection[str] | None
"""Of whom: those of these owners; None for everybody's."""


def owned(table: str) -> str:
    """Return the condition that a row of a table belongs to `:owners`."""
    return f"(:owners IS NULL OR {table}.owner IN (SELECT value FROM json_each(:owners)))"


def by(owners: Owners) -> dict[str, str | None]:
    """Return the value of `:owners`."""
    return {"owners": None if owners is None else json.dumps([*owners])}
