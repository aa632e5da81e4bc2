"""Who may do what to which: the one place that decides it, but for the classes themselves (digits.classes.guard).

As long as no class is open everybody may do everything. Every function that changes what somebody owns calls `demand`;
pages ask `may` for what they show.
"""

from dataclasses import dataclass
from enum import StrEnum

from digits import classes
from digits.classes import Class
from digits.classes.guard import LOCAL, acting
from digits.errors import NotAllowed

EVERYBODY = ""
"""The owner of what comes with Digits: the starter."""


class Role(StrEnum):
    """What somebody is here."""

    MACHINE = "machine"
    """The command line, a worker; and everybody while no class is open."""
    TEACHER = "teacher"
    PUPIL = "pupil"
    STRANGER = "stranger"
    """Who has not joined while a class is open."""


class Action(StrEnum):
    """What somebody does to a thing that has an owner."""

    VIEW = "see"
    """A run, a model, a sweep, digits of one's own."""
    VIEW_DRAWING = "see the drawings of"
    USE = "use"
    """A model for one's own predictions."""
    CHOOSE = "choose for"
    """A model, for the pages of the owner."""
    CREATE = "add"
    """A run, a drawing, digits, a computation; its owner is who makes it."""
    STOP = "stop"
    """Also pause."""
    CONTINUE = "continue"
    ANNOTATE = "change"
    """Name, notes, tags, the label of a drawing."""
    MOVE = "move"
    """To another place in the queue."""
    DELETE = "delete"
    MANAGE = "manage"
    """The class itself: its members, its pause, its collection, its end. The owner is any member of it."""


LOOKING = (Action.VIEW, Action.USE)
HARMLESS = (*LOOKING, Action.VIEW_DRAWING, Action.CHOOSE)
"""What a pupil may do to their own things while the class is paused."""


@dataclass(frozen=True)
class Who:
    """Somebody, and the class in which they are a teacher or a pupil."""

    id: str
    role: Role
    within: Class | None = None
    first_name: str = ""


def who() -> Who:
    """Return who acts now."""
    return identify(acting())


def identify(visitor: str) -> Who:
    """Return what a visitor is here."""
    if visitor == LOCAL:
        return Who(visitor, Role.MACHINE)
    is_any_open, within, member = classes.place_of(visitor)
    if member:
        return Who(visitor, Role(member.role), within, member.first_name)
    return Who(visitor, Role.STRANGER if is_any_open else Role.MACHINE)


def may(action: Action, owner: str, someone: Who | None = None) -> bool:
    """Return whether somebody, by default who acts now, may do this to a thing of that owner."""
    return not _refusal(someone or who(), action, owner)


def demand(action: Action, owner: str) -> None:
    """Raise NotAllowed, with a sentence that says why, unless who acts now may do this to a thing of that owner."""
    if why := why_not(action, owner):
        raise NotAllowed(why)


def why_not(action: Action, owner: str) -> str:
    """Return why who acts now may not do this, for the help of a disabled button; empty if they may."""
    return _refusal(who(), action, owner)


def visible_owners(*, everyone: bool = False, someone: Who | None = None) -> list[str] | None:
    """Return the owners whose runs pages list for somebody; None for those of everybody. The starter is no one's.

    everyone: whether they asked for all of the class, and for those of the machine.
    """
    someone = someone or who()
    if someone.role == Role.MACHINE:
        return None
    if not everyone or someone.within is None:
        return [someone.id]
    return [*(member.id for member in classes.members(someone.within)), LOCAL]


def is_visible(owner: str, *, everyone: bool = False) -> bool:
    """Return whether a link may open a run of that owner, for who acts now."""
    someone = who()
    shown = visible_owners(everyone=everyone, someone=someone)
    is_open = shown is None or owner in (*shown, EVERYBODY, LOCAL) or someone.role == Role.TEACHER
    return is_open and may(Action.VIEW, owner, someone)


def visible_drawers(*, everyone: bool = False) -> list[str] | None:
    """Return the owners whose drawings pages list for somebody; None for those of everybody.

    A pupil sees their own: what the class shares is in its collection.
    """
    someone = who()
    return visible_owners(everyone=everyone and someone.role == Role.TEACHER, someone=someone)


def _refusal(someone: Who, action: Action, owner: str) -> str:
    """Return why somebody may not do something; empty if they may."""
    if someone.role == Role.MACHINE:
        return ""
    if someone.role == Role.STRANGER:
        return "" if action in LOOKING and owner == EVERYBODY else "A class is open here. Join it first."
    is_pupil = someone.role == Role.PUPIL
    if action == Action.MANAGE:
        return "Only the teacher may do this." if is_pupil or not _is_of(someone, owner) else ""
    if action in LOOKING and owner in (EVERYBODY, LOCAL):
        return ""
    if is_pupil and someone.within.paused and action not in HARMLESS:
        return "Your teacher has paused the class. Wait until it continues."
    if owner == someone.id:
        return ""
    if action != Action.CREATE and _is_of(someone, owner) and (action in LOOKING or not is_pupil):
        return ""
    return "This belongs to somebody else. Only they and their teacher may do this."


def _is_of(someone: Who, owner: str) -> bool:
    """Whether the owner of a thing is in somebody's class."""
    if owner == someone.id:
        return True
    found = classes.member(owner)
    return found is not None and found.class_id == someone.within.id
