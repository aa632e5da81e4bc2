"""What a worker does for the teacher: it packs all of a class into a zip, clears what pupils made, takes them out."""

from digits import classes, permissions, tasks
from digits.classes import Class, Member, guard
from digits.classes.membership import PUPIL
from digits.classroom import closing
from digits.permissions import Action
from digits.storage import database
from digits.tasks import Work

EXPORT, CLEAR, REMOVE = "export class", "clear", "remove member"
"""Kinds of tasks. The subject is the id of a class, the part that of a pupil; CLEAR without one means all of them."""

TABLES = ("runs", "sweeps", "drawings", "sources", "lesson_acts", "tasks")
MADE = " UNION ".join(f"SELECT owner FROM {table}" for table in TABLES)
IDLE = f"class = ? AND role = '{PUPIL}' AND id NOT IN ({MADE})"


def pupils(of: Class) -> list[Member]:
    """Return the pupils of a class."""
    return [member for member in classes.members(of) if member.role == PUPIL]


def stop(of: Class, pupil: str = "") -> None:
    """Stop what runs and waits for one or all pupils of a class. Raises DigitsError, NotAllowed."""
    ids = {member.id for member in pupils(of) if pupil in ("", member.id)}
    for task in tasks.unfinished():
        if task.owner in ids and not task.state.is_final:
            tasks.stop(task.id)


def num_idle(of: Class) -> int:
    """Return how many pupils of a class have made nothing, and had nothing computed."""
    return database.first(f"SELECT count(*) FROM members WHERE {IDLE}", (of.id,))[0]


def remove_idle(of: Class) -> None:
    """Take these pupils out of their class, who lose nothing and may join again. Raises NotAllowed."""
    guard.demand(of.id)
    database.change(f"DELETE FROM members WHERE {IDLE}", (of.id,))


def begin(kind: str, of: Class, pupil: str = "", *, owner: str) -> None:
    """Let a worker do one of the errands. Raises DigitsError, NotAllowed."""
    for member in classes.members(of):
        permissions.demand(Action.MANAGE, member.id)
    tasks.submit(kind, str(of.id), pupil, owner=owner)


def export_task(work: Work, subject: str, part: str) -> None:
    """Pack everything of a class into its zip."""
    of = classes.get(int(subject))
    closing.export(of, closing.export_file(of), work.report)


def clear_task(work: Work, subject: str, part: str) -> None:
    """Delete for ever all that one or all pupils of a class made."""
    found = [member for member in pupils(classes.get(int(subject))) if part in ("", member.id)]
    for number, member in enumerate(found):
        work.report(number / len(found), "Clearing")
        closing.clear(member.id)


def remove_task(work: Work, subject: str, part: str) -> None:
    """Take a pupil out of their class, and delete all that they made."""
    for member in pupils(classes.get(int(subject))):
        if member.id == part:
            closing.clear(part)
            classes.remove(member)
