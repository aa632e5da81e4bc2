"""What each visitor did of what the lessons ask for. Nothing is noted of visitors who have not begun one."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from digits import permissions
from digits.permissions import Action
from digits.storage import database

BEGUN = "begun"


@dataclass(frozen=True)
class Act:
    """Something that a learner did."""

    done: str
    """When, ISO 8601, UTC."""
    evidence: dict[str, Any]
    """Plain values: what exactly."""


def begin(owner: str) -> None:
    """Begin the lessons, or begin them again: what was done before is forgotten.

    Raises StoreUnavailable, NotAllowed.
    """
    permissions.demand(Action.CREATE, owner)
    with database.writing() as connection:
        connection.execute("DELETE FROM lesson_acts WHERE owner = ?", (owner,))
        _insert(connection, owner, BEGUN, {})


def note(owner: str, act: str, **evidence: Any) -> bool:
    """Remember that a learner did something, the first time; returns whether it was new. Raises StoreUnavailable.

    Nothing is noted of who may not do anything now.
    """
    known = acts(owner)
    if BEGUN not in known or act in known or not permissions.may(Action.CREATE, owner):
        return False
    with database.writing() as connection:
        _insert(connection, owner, act, evidence)
    return True


def replace(owner: str, act: str, **evidence: Any) -> None:
    """Remember the last time instead of the first. Raises StoreUnavailable, NotAllowed."""
    permissions.demand(Action.CREATE, owner)
    with database.writing() as connection:
        _insert(connection, owner, act, evidence)


@database.parsing()
def acts(owner: str) -> dict[str, Act]:
    """Return what a visitor has done, by act; nothing of who has not begun. Raises StoreUnavailable."""
    rows = database.rows("SELECT act, done, evidence FROM lesson_acts WHERE owner = ?", [owner])
    return {row["act"]: Act(row["done"], json.loads(row["evidence"])) for row in rows}


def _insert(connection, owner: str, act: str, evidence: dict[str, Any]) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO lesson_acts VALUES (?, ?, ?, ?)",
        (owner, act, datetime.now(UTC).isoformat(), json.dumps(evidence)),
    )
