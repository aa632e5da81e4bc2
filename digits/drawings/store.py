"""My drawings in the database: each picture once, with the label that the user gave it."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from digits import tasks
from digits.drawings.drawing import SIDE, Drawing
from digits.errors import DigitsError
from digits.storage import database

MOST = 5_000  # drawings; a class of thirty with 150 each


@dataclass(frozen=True)
class Merged:
    """The result of importing drawings."""

    new: int
    known: int
    """These existed already, with the same label."""
    other: int
    """These existed already with another label, which stays."""


def drawings() -> list[Drawing]:
    """Return all drawings, the newest first."""
    with database.reading() as connection:
        rows = connection.execute("SELECT * FROM drawings ORDER BY created DESC, id DESC").fetchall()
    return [_drawing(row) for row in rows]


@database.parsing()
def images_and_labels() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return ids, images (n, 28, 28) uint8 and labels (n,) uint8 of all, the newest first; quicker than `drawings`."""
    with database.reading() as connection:
        rows = connection.execute("SELECT id, label, seen FROM drawings ORDER BY created DESC, id DESC").fetchall()
    images = np.frombuffer(b"".join(row["seen"] for row in rows), np.uint8).reshape(-1, SIDE, SIDE)
    return [row["id"] for row in rows], images, np.array([row["label"] for row in rows], np.uint8)


def find(drawing_id: str) -> Drawing | None:
    """Return the drawing with that id; None if there is none."""
    with database.reading() as connection:
        return _find(connection, drawing_id)


def revision() -> int:
    """Return a number that grows whenever a drawing is stored, deleted or relabelled."""
    with database.reading() as connection:
        row = connection.execute("SELECT number FROM revisions WHERE subject = 'drawings'").fetchone()
    return row["number"] if row else 0


def put(drawing: Drawing, *, owner: str = tasks.LOCAL) -> None:
    """Store a drawing, or give a known one its new label. Raises DigitsError if there are too many already."""
    with database.writing() as connection:
        if not _find(connection, drawing.id):
            _check_room(connection, 1)
        _put(connection, drawing, owner)
        _changed(connection)


def remove(drawing_id: str) -> Drawing | None:
    """Delete a drawing. Return it, so that it can be stored again."""
    with database.writing() as connection:
        drawing = _find(connection, drawing_id)
        connection.execute("DELETE FROM drawings WHERE id = ?", (drawing_id,))
        _changed(connection)
        return drawing


def remove_all() -> None:
    """Delete all drawings for ever."""
    with database.writing() as connection:
        connection.execute("DELETE FROM drawings")
        _changed(connection)


def merge(others: Iterable[Drawing], *, owner: str = tasks.LOCAL) -> Merged:
    """Store the drawings of others, all or none, each picture once. Raises DigitsError for too many."""
    theirs: dict[str, Drawing] = {}
    for drawing in others:
        theirs.setdefault(drawing.id, drawing)
    with database.writing() as connection:
        here = {row["id"]: row["label"] for row in connection.execute("SELECT id, label FROM drawings")}
        new = [drawing for key, drawing in theirs.items() if key not in here]
        known = sum(here.get(key) == drawing.label for key, drawing in theirs.items())
        _check_room(connection, len(new))
        for drawing in new:
            _put(connection, drawing, owner)
        _changed(connection)
    return Merged(len(new), known, len(theirs) - len(new) - known)


@database.parsing()
def _drawing(row: sqlite3.Row) -> Drawing:
    seen = np.frombuffer(row["seen"], np.uint8).reshape(SIDE, SIDE)
    return Drawing(seen, row["label"], row["created"], row["picture"], json.loads(row["strokes"]))


def _find(connection: sqlite3.Connection, drawing_id: str) -> Drawing | None:
    row = connection.execute("SELECT * FROM drawings WHERE id = ?", (drawing_id,)).fetchone()
    return _drawing(row) if row else None


def _put(connection: sqlite3.Connection, drawing: Drawing, owner: str) -> None:
    connection.execute(
        """INSERT INTO drawings (id, owner, label, created, seen, picture, strokes) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET label = excluded.label""",
        (
            drawing.id, owner, drawing.label, drawing.when, drawing.seen.tobytes(), drawing.picture,
            json.dumps(drawing.strokes),
        ),
    )  # fmt: skip


def _check_room(connection: sqlite3.Connection, wanted: int) -> None:
    there = connection.execute("SELECT count(*) AS n FROM drawings").fetchone()["n"]
    if there + wanted > MOST:
        raise DigitsError(
            f"There is no room for {wanted:,} more: My drawings holds {there:,} of at most {MOST:,} drawings. Export "
            "and delete some first."
        )


def _changed(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO revisions VALUES ('drawings', 1) ON CONFLICT (subject) DO UPDATE SET number = number + 1"
    )
