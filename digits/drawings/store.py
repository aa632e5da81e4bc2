"""My drawings in the database: each picture once for each owner, with the label that they gave it."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from digits import permissions, tasks
from digits.drawings.drawing import SIDE, Drawing
from digits.errors import DigitsError
from digits.permissions import Action
from digits.storage import database
from digits.storage.owners import Owners, by, owned

NEWEST = "ORDER BY created DESC, id DESC"
OF = owned("drawings")
MOST = 5_000  # drawings; a class of thirty with 150 each
MOST_OF_MEMBER = 500  # while a class is open: nobody fills the server for the others


@dataclass(frozen=True)
class Merged:
    """The result of importing drawings."""

    new: int
    known: int
    """These existed already, with the same label."""
    other: int
    """These existed already with another label, which stays."""


def drawings(owners: Owners = None) -> list[Drawing]:
    """Return all drawings of some owners, or of everybody, the newest first."""
    return [_drawing(row) for row in database.rows(f"SELECT * FROM drawings WHERE {OF} {NEWEST}", by(owners))]


@database.parsing()
def images_and_labels(owners: Owners = None) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return ids, images (n, 28, 28) uint8 and labels (n,) uint8 of the same; quicker than `drawings`."""
    rows = database.rows(f"SELECT id, label, seen FROM drawings WHERE {OF} {NEWEST}", by(owners))
    images = np.frombuffer(b"".join(row["seen"] for row in rows), np.uint8).reshape(-1, SIDE, SIDE)
    return [row["id"] for row in rows], images, np.array([row["label"] for row in rows], np.uint8)


def find(drawing_id: str, owners: Owners = None) -> Drawing | None:
    """Return the drawing with that id, of some owners or of anybody; None if there is none."""
    row = database.first(f"SELECT * FROM drawings WHERE id = :id AND {OF} LIMIT 1", by(owners) | {"id": drawing_id})
    return _drawing(row) if row else None


def revision() -> int:
    """Return a number that grows whenever a drawing is stored, deleted or relabelled."""
    row = database.first("SELECT number FROM revisions WHERE subject = 'drawings'")
    return row["number"] if row else 0


def put(drawing: Drawing, *, owner: str = tasks.LOCAL) -> None:
    """Store a drawing, or give a known one its new label. Raises NotAllowed, DigitsError if there are too many."""
    with database.writing() as connection:
        if known := _owner(connection, drawing.id, owner):
            permissions.demand(Action.ANNOTATE, known)
        else:
            permissions.demand(Action.CREATE, owner)
            _check_room(connection, 1, owner)
        _put(connection, drawing, known or owner)
        _changed(connection)


def remove(drawing_id: str, *, owner: str = tasks.LOCAL) -> Drawing | None:
    """Delete a drawing of somebody. Return it, so that it can be stored again. Raises NotAllowed."""
    with database.writing() as connection:
        if not (known := _owner(connection, drawing_id, owner)):
            return None
        permissions.demand(Action.DELETE, known)
        [row] = connection.execute("DELETE FROM drawings WHERE id = ? AND owner = ? RETURNING *", (drawing_id, known))
        _changed(connection)
        return _drawing(row)


def remove_all(owners: Owners = None) -> None:
    """Delete all drawings of some owners, or of everybody, for ever. Raises NotAllowed."""
    with database.writing() as connection:
        for row in connection.execute(f"SELECT DISTINCT owner FROM drawings WHERE {OF}", by(owners)).fetchall():
            permissions.demand(Action.DELETE, row["owner"])
        connection.execute(f"DELETE FROM drawings WHERE {OF}", by(owners))
        _changed(connection)


def merge(others: Iterable[Drawing], *, owner: str = tasks.LOCAL) -> Merged:
    """Store the drawings of others, all or none, each picture once. Raises DigitsError for too many."""
    permissions.demand(Action.CREATE, owner)
    theirs: dict[str, Drawing] = {}
    for drawing in others:
        theirs.setdefault(drawing.id, drawing)
    with database.writing() as connection:
        known_of = by(None if _changes_everything() else [owner])
        here = {
            row["id"]: row["label"]
            for row in connection.execute(f"SELECT id, label FROM drawings WHERE {OF}", known_of)
        }
        new = [drawing for key, drawing in theirs.items() if key not in here]
        known = sum(here.get(key) == drawing.label for key, drawing in theirs.items())
        _check_room(connection, len(new), owner)
        for drawing in new:
            _put(connection, drawing, owner)
        _changed(connection)
    return Merged(len(new), known, len(theirs) - len(new) - known)


@database.parsing()
def _drawing(row: sqlite3.Row) -> Drawing:
    seen = np.frombuffer(row["seen"], np.uint8).reshape(SIDE, SIDE)
    return Drawing(seen, row["label"], row["created"], row["picture"], json.loads(row["strokes"]), row["owner"])


def _owner(connection: sqlite3.Connection, drawing_id: str, owner: str) -> str:
    """Return `owner` if they have this drawing, else who has it where everything is everybody's; empty for nobody."""
    owners = [row["owner"] for row in connection.execute("SELECT owner FROM drawings WHERE id = ?", (drawing_id,))]
    return owner if owner in owners else owners[0] if owners and _changes_everything() else ""


def _changes_everything() -> bool:
    """Whether who acts sees the drawings of all as their own."""
    return permissions.visible_drawers() is None


def _put(connection: sqlite3.Connection, drawing: Drawing, owner: str) -> None:
    connection.execute(
        """INSERT INTO drawings (id, owner, label, created, seen, picture, strokes) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id, owner) DO UPDATE SET label = excluded.label""",
        (
            drawing.id, owner, drawing.label, drawing.when, drawing.seen.tobytes(), drawing.picture,
            json.dumps(drawing.strokes),
        ),
    )  # fmt: skip


def _check_room(connection: sqlite3.Connection, wanted: int, owner: str) -> None:
    limits = {MOST: None} if _changes_everything() else {MOST_OF_MEMBER: [owner], MOST: None}
    for most, owners in limits.items():
        [there] = connection.execute(f"SELECT count(*) FROM drawings WHERE {OF}", by(owners)).fetchone()
        if there + wanted > most:
            raise DigitsError(
                f"There is no room for {wanted:,} more: My drawings holds {there:,} of at most {most:,} drawings. "
                "Export and delete some first."
            )


def _changed(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO revisions VALUES ('drawings', 1) ON CONFLICT (subject) DO UPDATE SET number = number + 1"
    )
