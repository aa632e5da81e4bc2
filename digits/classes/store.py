"""Classes in the database."""

import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from digits.classes import guard, keys, names
from digits.errors import BadConfig, DigitsError
from digits.storage import database

PLACES = 40  # for whom a class opens, and whom its teacher lets in at a click; nobody can fill it with invented names


@dataclass(frozen=True)
class Class:
    """A class, as it was when somebody looked."""

    id: int
    code: str
    name: str
    opened: str
    closed: str | None
    paused: bool
    """Whether its pupils may only look for now."""
    hide_names: bool
    """Whether what everybody sees shows no names."""
    places: int
    """How many members it may have before nobody else joins as a pupil."""


def create(name: str, pin: str) -> Class:
    """Open a class. Raises BadConfig for a name or PIN that will not do, NotAllowed like all that change a class."""
    guard.demand(None)
    name = names.plain(name, "name of the class")
    if not 4 <= len(pin) <= keys.MAX_PIN or not pin.isprintable():
        raise BadConfig(f"The PIN has {len(pin)} characters; expected 4 to {keys.MAX_PIN}.")
    salt = secrets.token_bytes(16)
    values = {"name": name, "pin_salt": salt, "pin_hash": keys.hashed(pin, salt), "opened": now(), "places": PLACES}
    with database.writing() as connection:
        taken = {row["code"] for row in connection.execute("SELECT code FROM classes")}
        code = next(code for _ in range(1000) if (code := keys.make_code()) not in taken)
        connection.execute(
            "INSERT INTO classes (code, name, pin_salt, pin_hash, opened, places) "
            "VALUES (:code, :name, :pin_salt, :pin_hash, :opened, :places)",
            values | {"code": code},
        )
    return get(code)


def opened() -> list[Class]:
    """Return the classes that are open, the oldest first. Without any, everybody may do everything."""
    return [read(row) for row in database.rows("SELECT * FROM classes WHERE closed IS NULL ORDER BY id")]


def all_classes() -> list[Class]:
    """Return every class, also those that were closed and kept."""
    return [read(row) for row in database.rows("SELECT * FROM classes ORDER BY id")]


def find(code: str) -> Class | None:
    """Return the open class of a code as somebody typed it, compared in constant time; None if there is none."""
    typed, found = keys.plain_code(code).encode(), None
    for each in opened():
        if hmac.compare_digest(each.code.encode(), typed):
            found = each
    return found


def get(code: str | int) -> Class:
    """Return the class of a code or an id, open or closed. Raises DigitsError."""
    column, value = ("id", code) if isinstance(code, int) else ("code", keys.plain_code(code))
    if row := database.first(f"SELECT * FROM classes WHERE {column} = ?", (value,)):
        return read(row)
    raise DigitsError("There is no such class.", "List them: python -m digits class list")


def has_pin(of: Class, pin: str) -> bool:
    """Return whether this is the PIN of a class's teacher. Takes about 50 ms."""
    row = database.first("SELECT pin_salt, pin_hash FROM classes WHERE id = ?", (of.id,))
    return hmac.compare_digest(keys.hashed(pin, row["pin_salt"]), row["pin_hash"])


def pause(of: Class, paused: bool) -> None:
    """Let the pupils only look, or let them work again."""
    guard.demand(of.id)
    database.change("UPDATE classes SET paused = ? WHERE id = ?", (paused, of.id))


def hide_names(of: Class, hide: bool) -> None:
    """Show no names in what everybody sees, or show them."""
    guard.demand(of.id)
    database.change("UPDATE classes SET hide_names = ? WHERE id = ?", (hide, of.id))


def keep_out(of: Class, others: bool) -> None:
    """Let nobody else join as a pupil, or up to PLACES others. Who is in the class stays in it."""
    guard.demand(of.id)
    places = "0" if others else f"{PLACES} + (SELECT count(*) FROM members WHERE class = classes.id)"
    database.change(f"UPDATE classes SET places = {places} WHERE id = ?", (of.id,))


def close(of: Class) -> None:
    """Let nobody in any more; its members are strangers again. What they made stays."""
    guard.demand(of.id)
    database.change("UPDATE classes SET closed = ? WHERE id = ? AND closed IS NULL", (now(), of.id))


def delete(of: Class) -> None:
    """Forget a class and its members. What they made is deleted by digits.classroom."""
    guard.demand(of.id)
    database.change("DELETE FROM classes WHERE id = ?", (of.id,))


def now() -> str:
    """Return this moment, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat()


def read(row: sqlite3.Row) -> Class:
    """Return the class of a row of the table."""
    same = {name: row[name] for name in ("id", "code", "name", "opened", "closed", "places")}
    return Class(**same, paused=bool(row["paused"]), hide_names=bool(row["hide_names"]))
