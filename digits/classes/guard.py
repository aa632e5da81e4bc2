"""Who acts here, and whether they may change a class. For all else see digits.permissions, which knows classes."""

from collections.abc import Callable

from digits.errors import NotAllowed
from digits.storage import database

LOCAL = "local"
"""Who acts where nobody in a browser does: the machine itself, at the command line and in workers."""


def _machine() -> str:
    return LOCAL


_resolve: Callable[[], str] = _machine


def resolve_by(resolver: Callable[[], str]) -> None:
    """Let this process ask `resolver` for the id of who acts, in the thread that acts. The pages do so."""
    global _resolve
    _resolve = resolver


def acting() -> str:
    """Return the id of who acts now."""
    return _resolve()


def demand(class_id: int | None) -> None:
    """Raise NotAllowed unless who acts may manage the class with that id, or open one (None).

    The machine may, and everybody as long as no class is open; then only its own teacher.
    """
    if (visitor := acting()) == LOCAL:
        return
    with database.reading() as connection:
        is_any_open = connection.execute("SELECT 1 FROM classes WHERE closed IS NULL").fetchone()
        teaches = connection.execute(
            """SELECT 1 FROM members JOIN classes ON classes.id = class
               WHERE closed IS NULL AND role = 'teacher' AND members.id = ? AND class = ?""",
            (visitor, class_id),
        ).fetchone()
    if is_any_open and not teaches:
        raise NotAllowed("Only the teacher may do this.")
