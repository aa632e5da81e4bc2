"""The sources that somebody added, in the database. Their arrays lie in files that are never overwritten."""

import hashlib
import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from digits import permissions
from digits.data.source import IMAGES, LABELS, Source
from digits.errors import BadConfig
from digits.permissions import Action
from digits.storage import database, deletion, files
from digits.storage.home import data_folder, home, run_folder

MEMO_SECONDS = 0.25  # a page that lists many runs asks for the same sources again and again
NAME = re.compile("[a-z][a-z0-9-]{0,31}")
RESERVED = {"sample", "mnist", "optdigits", "tutorial", "official", "train", "starter", "add", "list", "remove"}
"""Names that mean something else in a link, at the command line or in the database."""
NOT_STATED = "not stated"
_memo: dict[str, tuple[float, dict[str, Source]]] = {}


@dataclass(frozen=True)
class Digits:
    """Digits in the order in which they are kept: those for training, then those for testing."""

    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9; NO_LABEL for every one if they are not labelled."""
    num_train: int
    num_test: int
    num_unlabelled: int = 0
    num_in_mnist: int = 0


def known() -> dict[str, Source]:
    """Return all that was added, by name, the oldest first; also what was removed and some run has learned from."""
    place, now = str(home()), time.monotonic()
    when, found = _memo.get(place, (-MEMO_SECONDS, {}))
    if now - when >= MEMO_SECONDS:
        rows = database.rows("SELECT * FROM sources ORDER BY created, name")
        found = {row["name"]: _source(row) for row in rows}
        _memo.clear()
        _memo[place] = now, found
    return found


def of_owner(owner: str) -> list[str]:
    """Return the names of the sources that somebody added and that are still here."""
    rows = database.rows("SELECT name FROM sources WHERE owner = ? AND removed = ''", [owner])
    return [row["name"] for row in rows]


def check_name(name: str, *, replace: bool = False) -> None:
    """Raise BadConfig if digits cannot be added under this name.

    replace: whether they may take the place of others, from which no run has learned.
    """
    with database.reading() as connection:
        _check_name(connection, name, replace)


def publish(name: str, digits: Digits, *, licence: str, origin: str, owner: str, replace: bool = False) -> None:
    """Keep digits as a source. replace: see `check_name`. licence, origin: of both, 200 characters are kept.

    Raises BadConfig if the name is taken, DigitsError if they cannot be written, NotAllowed; then nothing changes.
    """
    permissions.demand(Action.CREATE, owner)
    check_name(name, replace=replace)  # before anything is written
    digests = sha256(digits.images), sha256(digits.labels)
    arrays, folder = {IMAGES: digits.images, LABELS: digits.labels}, data_folder(name)
    written = []
    try:
        for file, array in arrays.items():
            written.append(files.write_new(folder, file, lambda part, array=array: np.save(part, array)).name)
        with database.writing() as connection:
            _check_name(connection, name, replace, digests)
            _forget(connection, name, written, digests)
            connection.execute(
                "INSERT INTO sources VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    name, owner, datetime.now(UTC).isoformat(), _plain(licence), _plain(origin), digits.num_train,
                    digits.num_test, digits.num_unlabelled, digits.num_in_mnist, *written, *digests,
                ),
            )  # fmt: skip
    except BaseException:
        for file in written:
            (folder / file).unlink(missing_ok=True)
        raise
    finally:
        _memo.clear()
    deletion.collect()


def remove(name: str) -> None:
    """Remove the digits of a source. Runs that learned from them stay, and so does what they say of it.

    Raises NotAllowed.
    """
    with database.writing() as connection:
        permissions.demand(Action.DELETE, _find(connection, name)["owner"])
        if _num_runs(connection, name):
            _discard_arrays(connection, name)
            connection.execute("UPDATE sources SET removed = ? WHERE name = ?", (datetime.now(UTC).isoformat(), name))
        else:
            _forget(connection, name)
    _memo.clear()
    deletion.collect()
    with suppress(OSError):  # something is still in it
        data_folder(name).rmdir()


def sha256(array: np.ndarray) -> str:
    """Return the sha256 of the bytes of an array."""
    return hashlib.sha256(np.ascontiguousarray(array)).hexdigest()


def _plain(text: str) -> str:
    """Return one line without controls and without characters that reverse directions."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200] or NOT_STATED


def _source(row: sqlite3.Row) -> Source:
    if row["num_unlabelled"]:
        about = (
            f"{row['num_unlabelled']:,} digits of your own without labels. They can be explored and predicted, but not "
            "trained or evaluated on."
        )
    elif row["num_train"]:
        about = f"Your own: {row['num_train']:,} digits for training and {row['num_test']:,} for testing."
    else:
        about = f"Your own: {row['num_test']:,} digits, for testing only."
    same = ("licence", "origin", "num_train", "num_test", "num_unlabelled", "num_in_mnist", "images_sha256",
            "labels_sha256")  # fmt: skip
    return Source(
        title=row["name"],
        about=f"{about} They were removed." if row["removed"] else about,
        citation=row["origin"],
        files=(row["images"], row["labels"]),
        is_own=True,
        is_removed=bool(row["removed"]),
        **{column: row[column] for column in same},
    )


def _find(connection: sqlite3.Connection, name: str) -> sqlite3.Row:
    row = connection.execute("SELECT * FROM sources WHERE name = ? AND removed = ''", (name,)).fetchone()
    if row is None:
        raise BadConfig(f"There are no digits of your own called {name[:40]!r}.")
    return row


def _check_name(
    connection: sqlite3.Connection, name: str, replace: bool, digests: tuple[str, str] | None = None
) -> None:
    """digests: of the new digits, once they are known: removed ones may come back although runs learned from them."""
    if not NAME.fullmatch(name):
        raise BadConfig(
            f"The name is {name[:40]!r}; expected up to 32 small letters, digits and hyphens, a letter first."
        )
    if name in RESERVED or connection.execute("SELECT 1 FROM runs WHERE id = ?", (name,)).fetchone():
        raise BadConfig(f"The name {name} is taken by something else. Choose another name.")
    row = connection.execute("SELECT * FROM sources WHERE name = ?", (name,)).fetchone()
    if row is None:
        return
    if not row["removed"] and not replace:
        raise BadConfig(f"There are digits called {name} already. Choose another name, or replace them.")
    permissions.demand(Action.DELETE, row["owner"])
    is_same = digests is None or digests == (row["images_sha256"], row["labels_sha256"])
    if not is_same and (n := _num_runs(connection, name)):
        raise BadConfig(
            f"{n:,} {'run' if n == 1 else 'runs'} learned from other digits called {name}, so these need another name."
        )


def _num_runs(connection: sqlite3.Connection, name: str) -> int:
    """Return how many runs learned from a source. Their settings are the only place that says it."""
    return connection.execute(
        """SELECT count(*) FROM runs
           WHERE ? IN (json_extract(settings, '$.source'), json_extract(settings, '$.parent_source'))""",
        (name,),
    ).fetchone()[0]


def _forget(
    connection: sqlite3.Connection, name: str, written: Sequence[str] = (), digests: tuple[str, str] | None = None
) -> None:
    """Remove the row of a source, its files, and all that was computed about it.

    written, digests: the files and the digits that take its place. What was computed about the same digits stays.
    """
    row = connection.execute("SELECT images_sha256, labels_sha256 FROM sources WHERE name = ?", (name,)).fetchone()
    if row and tuple(row) != digests:
        for result in connection.execute("SELECT subject, file FROM results WHERE part = ?", (name,)).fetchall():
            # Of the starter, which is a part of the program, the arrays lie elsewhere.
            folder = home() / "starter", run_folder(result["subject"]) / "evaluation"
            deletion.discard(connection, folder[result["subject"] != "starter"] / (result["file"] or "none"))
        connection.execute("DELETE FROM results WHERE part = ?", (name,))
        connection.execute("DELETE FROM tasks WHERE ? IN (subject, part)", (name,))
    _discard_arrays(connection, name, written)
    connection.execute("DELETE FROM sources WHERE name = ?", (name,))


def _discard_arrays(connection: sqlite3.Connection, name: str, written: Sequence[str] = ()) -> None:
    """Let go of the digits of a source, and of the doubtful labels among them."""
    row = connection.execute("SELECT images, labels FROM sources WHERE name = ?", (name,)).fetchone()
    for file in row or ():
        if file not in written:  # which has the name of a file that was gone already
            deletion.discard(connection, data_folder(name) / file)
    deletion.discard(connection, data_folder(name) / "audit")
    connection.execute("DELETE FROM results WHERE subject = ?", (name,))
