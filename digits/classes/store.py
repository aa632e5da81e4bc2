"""Classes and their members in the database."""

import hmac
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from digits.classes import keys, names
from digits.errors import BadConfig, DigitsError
from digits.storage import database

PUPIL, TEACHER = "pupil", "teacher"
MAX_MEMBERS = 200  # of a class
MEMBERS = "SELECT members.* FROM members JOIN classes ON classes.id = members.class WHERE closed IS NULL"


class NameTaken(DigitsError):
    """Somebody else of the class has this first name."""


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


@dataclass(frozen=True)
class Member:
    """Who joined a class."""

    id: str
    """That of the visitor: the `owner` of runs, drawings, tasks, choices and acts of a lesson."""
    class_id: int
    first_name: str
    role: str
    """PUPIL or TEACHER."""
    key_number: int
    joined: str

    @property
    def key(self) -> str:
        """What their personal link ends with: /class/key/<key>."""
        return keys.personal_key(self.id, self.key_number)


def _nobody_asks(class_id: int | None) -> None:
    """Let everybody manage every class, as long as digits.permissions has not said who may."""


_demand: Callable[[int | None], None] = _nobody_asks


def guard_by(demand: Callable[[int | None], None]) -> None:
    """Call `demand` before every change: it raises for who may not manage the class of that id, or make one (None)."""
    global _demand
    _demand = demand


def create(name: str, pin: str) -> Class:
    """Open a class. Raises BadConfig for a name or PIN that will not do, NotAllowed like all that change a class."""
    _demand(None)
    name = names.plain(name, "name of the class")
    if not 4 <= len(pin) <= keys.MAX_PIN or not pin.isprintable():
        raise BadConfig(f"The PIN has {len(pin)} characters; expected 4 to {keys.MAX_PIN}.")
    salt = secrets.token_bytes(16)
    values = {"name": name, "pin_salt": salt, "pin_hash": keys.hashed(pin, salt), "opened": _now()}
    with database.writing() as connection:
        taken = {row["code"] for row in connection.execute("SELECT code FROM classes")}
        code = next(code for _ in range(1000) if (code := keys.make_code()) not in taken)
        connection.execute(
            "INSERT INTO classes (code, name, pin_salt, pin_hash, opened) "
            "VALUES (:code, :name, :pin_salt, :pin_hash, :opened)",
            values | {"code": code},
        )
    return get(code)


def opened() -> list[Class]:
    """Return the classes that are open, the oldest first. Without any, everybody may do everything."""
    return [_class(row) for row in _rows("SELECT * FROM classes WHERE closed IS NULL ORDER BY id")]


def all_classes() -> list[Class]:
    """Return every class, also those that were closed and kept."""
    return [_class(row) for row in _rows("SELECT * FROM classes ORDER BY id")]


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
    if rows := _rows(f"SELECT * FROM classes WHERE {column} = ?", value):
        return _class(rows[0])
    raise DigitsError("There is no such class.", "List them: python -m digits class list")


def has_pin(of: Class, pin: str) -> bool:
    """Return whether this is the PIN of a class's teacher. Takes about 50 ms."""
    [row] = _rows("SELECT pin_salt, pin_hash FROM classes WHERE id = ?", of.id)
    return hmac.compare_digest(keys.hashed(pin, row["pin_salt"]), row["pin_hash"])


def join(to: Class, first_name: str, visitor: str, role: str = PUPIL) -> Member:
    """Make a visitor a member of an open class; who was in a class that is closed leaves it.

    Raises NameTaken where somebody else has this first name, DigitsError if the class is closed or full, or the visitor
    is in another class, BadConfig for a name that will not do.
    """
    name = names.plain(first_name, "first name")
    with database.writing() as connection:
        row = connection.execute("SELECT closed FROM classes WHERE id = ?", (to.id,)).fetchone()
        if row is None or row["closed"]:
            raise DigitsError("This class is closed. Ask your teacher for a new code.")
        before = connection.execute(f"{MEMBERS} AND members.id = ?", (visitor,)).fetchone()
        if before and before["class"] != to.id:
            raise DigitsError("You are in another class. Leave it first.")
        rows = connection.execute("SELECT id, first_name FROM members WHERE class = ?", (to.id,)).fetchall()
        if any(names.look_alike(row["first_name"], name) and row["id"] != visitor for row in rows):
            raise NameTaken(
                f"Somebody called {name} is here already. Add a letter of your last name. If it was you, use your "
                "personal link, or ask your teacher for it."
            )
        if len(rows) >= MAX_MEMBERS:
            raise DigitsError(f"This class is full: it has {len(rows)} members.")
        if before:  # a pupil becomes the teacher with the PIN; a teacher stays it
            role = TEACHER if TEACHER in (role, before["role"]) else PUPIL
            connection.execute("UPDATE members SET first_name = ?, role = ? WHERE id = ?", (name, role, visitor))
        else:
            connection.execute("DELETE FROM members WHERE id = ?", (visitor,))  # of a class that is closed
            connection.execute(
                "INSERT INTO members (id, class, first_name, role, joined) VALUES (?, ?, ?, ?, ?)",
                (visitor, to.id, name, role, _now()),
            )
    return member(visitor)


def member(visitor: str) -> Member | None:
    """Return who a visitor is in the class that they joined; None for a stranger, and once it is closed."""
    rows = _rows(f"{MEMBERS} AND members.id = ?", visitor)
    return _member(rows[0]) if rows else None


def place_of(visitor: str) -> tuple[bool, Class | None, Member | None]:
    """Return whether any class is open, and the class and the member that a visitor is, in one look."""
    with database.reading() as connection:
        [is_any_open] = connection.execute("SELECT EXISTS (SELECT 1 FROM classes WHERE closed IS NULL)").fetchone()
        row = connection.execute(f"{MEMBERS} AND members.id = ?", (visitor,)).fetchone() if is_any_open else None
        if row is None:
            return bool(is_any_open), None, None
        within = connection.execute("SELECT * FROM classes WHERE id = ?", (row["class"],)).fetchone()
    return True, _class(within), _member(row)


def was_member(visitor: str) -> bool:
    """Return whether a visitor is or was in a class, open or closed."""
    return bool(_rows("SELECT 1 FROM members WHERE id = ?", visitor))


def members(of: Class) -> list[Member]:
    """Return who is in a class, the first to join first."""
    return [_member(row) for row in _rows("SELECT * FROM members WHERE class = ? ORDER BY joined, id", of.id)]


def by_key(key: str) -> Member | None:
    """Return whose personal link ends with this; None for one that is void, or of a class that is closed."""
    read = keys.read_key(key)
    found = member(read[0]) if read else None
    return found if found and found.key_number == read[1] else None


def renew_key(of: Member) -> Member:
    """Make the personal link of a member void, and return them with a new one."""
    _demand(of.class_id)
    _change("UPDATE members SET key_number = key_number + 1 WHERE id = ?", of.id)
    return member(of.id)


def remove(of: Member) -> None:
    """Take somebody out of their class. What they made stays; only the machine's owner may change it then."""
    _demand(of.class_id)
    _change("DELETE FROM members WHERE id = ?", of.id)


def pause(of: Class, paused: bool) -> None:
    """Let the pupils only look, or let them work again."""
    _demand(of.id)
    _change("UPDATE classes SET paused = ? WHERE id = ?", paused, of.id)


def hide_names(of: Class, hide: bool) -> None:
    """Show no names in what everybody sees, or show them."""
    _demand(of.id)
    _change("UPDATE classes SET hide_names = ? WHERE id = ?", hide, of.id)


def close(of: Class) -> None:
    """Let nobody in any more; its members are strangers again. What they made stays."""
    _demand(of.id)
    _change("UPDATE classes SET closed = ? WHERE id = ? AND closed IS NULL", _now(), of.id)


def delete(of: Class) -> None:
    """Forget a class and its members. What they made is deleted by digits.classroom."""
    _demand(of.id)
    _change("DELETE FROM classes WHERE id = ?", of.id)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _rows(statement: str, *values: Any) -> list[sqlite3.Row]:
    with database.reading() as connection:
        return connection.execute(statement, values).fetchall()


def _change(statement: str, *values: Any) -> None:
    with database.writing() as connection:
        connection.execute(statement, values)


def _class(row: sqlite3.Row) -> Class:
    same = {name: row[name] for name in ("id", "code", "name", "opened", "closed")}
    return Class(**same, paused=bool(row["paused"]), hide_names=bool(row["hide_names"]))


def _member(row: sqlite3.Row) -> Member:
    same = {name: row[name] for name in ("id", "first_name", "role", "key_number", "joined")}
    return Member(**same, class_id=row["class"])
