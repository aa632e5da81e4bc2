"""What a worker does for the teacher: it packs everything of a class into a zip, and clears what pupils made."""

from digits import classes, permissions, tasks
from digits.classes import Class, Member
from digits.classes.store import PUPIL
from digits.classroom import closing
from digits.permissions import Action
from digits.tasks import Work

EXPORT, CLEAR = "export class", "clear"
"""Kinds of tasks. The subject is the id of a class; the part of CLEAR is that of a pupil, or empty for all of them."""


def pupils(of: Class) -> list[Member]:
    """Return the pupils of a class."""
    return [member for member in classes.members(of) if member.role == PUPIL]


def stop(of: Class, pupil: str = "") -> None:
    """Stop what runs and waits for one or all pupils of a class. Raises DigitsError, NotAllowed."""
    ids = {member.id for member in pupils(of) if pupil in ("", member.id)}
    for task in tasks.unfinished():
        if task.owner in ids and not task.state.is_final:
            tasks.stop(task.id)


def begin_export(of: Class, *, owner: str) -> None:
    """Let a worker pack everything of a class. Raises DigitsError, NotAllowed."""
    for member in classes.members(of):
        permissions.demand(Action.MANAGE, member.id)
    tasks.submit(EXPORT, str(of.id), owner=owner)


def begin_clearing(of: Class, pupil: str = "", *, owner: str) -> None:
    """Let a worker delete for ever all that one or all pupils of a class made. Raises DigitsError, NotAllowed."""
    for member in pupils(of):
        permissions.demand(Action.DELETE, member.id)
    tasks.submit(CLEAR, str(of.id), pupil, owner=owner)


def export_task(work: Work, subject: str, part: str) -> None:
    """Do what `begin_export` asked for."""
    of = classes.get(int(subject))
    closing.export(of, closing.export_file(of), work.report)


def clear_task(work: Work, subject: str, part: str) -> None:
    """Do what `begin_clearing` asked for."""
    found = [member for member in pupils(classes.get(int(subject))) if part in ("", member.id)]
    for number, member in enumerate(found):
        work.report(number / len(found), "Clearing")
        closing.clear(member.id)
