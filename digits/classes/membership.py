"""Who is in a class, in the database."""

import sqlite3
from dataclasses import dataclass

from digits.classes import guard, keys, names, store
from digits.classes.store import Class, now
from digits.errors import DigitsError
from digits.storage import database

PUPIL, TEACHER = "pupil", "teacher"
MAX_MEMBERS = 200  # of a class
MEMBERS = "SELECT members.* FROM members JOIN classes ON classes.id = members.class WHERE closed IS NULL"


class NameTaken(DigitsError):
    """Somebody else of the class has this first name."""


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


def join(to: Class, first_name: str, visitor: str, role: str = PUPIL) -> Member:
    """Make a visitor a member of an open class; who was in a class that is closed leaves it.

    Raises NameTaken where somebody else has this first name, DigitsError if the class is closed or full, keeps other
    pupils out, or the visitor is in another class, BadConfig for a name that will not do.
    """
    name = names.plain(first_name, "first name")
    with database.writing() as connection:
        row = connection.execute("SELECT closed, places FROM classes WHERE id = ?", (to.id,)).fetchone()
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
        if len(rows) >= MAX_MEMBERS and not before:
            raise DigitsError(f"This class is full: it has {len(rows)} members.")
        if len(rows) >= row["places"] and role == PUPIL and not before:
            raise DigitsError("Nobody else may join this class for now. Ask your teacher to let you in.")
        if before:  # a pupil becomes the teacher with the PIN; a teacher stays it
            role = TEACHER if TEACHER in (role, before["role"]) else PUPIL
            connection.execute("UPDATE members SET first_name = ?, role = ? WHERE id = ?", (name, role, visitor))
        else:
            connection.execute("DELETE FROM members WHERE id = ?", (visitor,))  # of a class that is closed
            connection.execute(
                "INSERT INTO members (id, class, first_name, role, joined) VALUES (?, ?, ?, ?, ?)",
                (visitor, to.id, name, role, now()),
            )
    return member(visitor)


def member(visitor: str) -> Member | None:
    """Return who a visitor is in the class that they joined; None for a stranger, and once it is closed."""
    row = database.first(f"{MEMBERS} AND members.id = ?", (visitor,))
    return _member(row) if row else None


def place_of(visitor: str) -> tuple[bool, Class | None, Member | None]:
    """Return whether any class is open, and the class and the member that a visitor is, in one look."""
    with database.reading() as connection:
        [is_any_open] = connection.execute("SELECT EXISTS (SELECT 1 FROM classes WHERE closed IS NULL)").fetchone()
        row = connection.execute(f"{MEMBERS} AND members.id = ?", (visitor,)).fetchone() if is_any_open else None
        if row is None:
            return bool(is_any_open), None, None
        within = connection.execute("SELECT * FROM classes WHERE id = ?", (row["class"],)).fetchone()
    return True, store.read(within), _member(row)


def places() -> dict[str, tuple[int, str]] | None:
    """Return {visitor: (class id, role)} of all who are in an open class; None where no class is open."""
    with database.reading() as connection:
        if not connection.execute("SELECT 1 FROM classes WHERE closed IS NULL").fetchone():
            return None
        return {row["id"]: (row["class"], row["role"]) for row in connection.execute(MEMBERS)}


def was_member(visitor: str) -> bool:
    """Return whether a visitor is or was in a class, open or closed."""
    return database.first("SELECT 1 FROM members WHERE id = ?", (visitor,)) is not None


def members(of: Class) -> list[Member]:
    """Return who is in a class, the first to join first."""
    return [
        _member(row) for row in database.rows("SELECT * FROM members WHERE class = ? ORDER BY joined, id", (of.id,))
    ]


def is_full(of: Class) -> bool:
    """Return whether nobody else may join a class as a pupil."""
    return len(members(of)) >= of.places


def by_key(key: str) -> Member | None:
    """Return whose personal link ends with this; None for one that is void, or of a class that is closed."""
    id_and_number = keys.read_key(key)
    found = member(id_and_number[0]) if id_and_number else None
    return found if found and found.key_number == id_and_number[1] else None


def renew_key(of: Member) -> Member:
    """Make the personal link of a member void, and return them with a new one."""
    guard.demand(of.class_id)
    database.change("UPDATE members SET key_number = key_number + 1 WHERE id = ?", (of.id,))
    return member(of.id)


def remove(of: Member) -> None:
    """Take somebody out of their class. What they made stays; only the machine's owner may change it then."""
    guard.demand(of.class_id)
    database.change("DELETE FROM members WHERE id = ?", (of.id,))


def _member(row: sqlite3.Row) -> Member:
    same = {name: row[name] for name in ("id", "first_name", "role", "key_number", "joined")}
    return Member(**same, class_id=row["class"])
