"""Who may do what to which."""

import pytest

from digits import classes, permissions
from digits.classes import guard, keys
from digits.permissions import EVERYBODY, LOCAL, Action, NotAllowed, Role
from tests.acting import acting_as

ALL = set(Action)
OWNERS = {
    "their own": None, "a pupil's": "bert", "the teacher's": "teacher", "another class'": "other",
    "the machine's": LOCAL, "a stranger's": "nobody", "the starter's": EVERYBODY,
}  # fmt: skip
LOOK = {Action.VIEW, Action.USE}
ALLOWED = {
    "machine": dict.fromkeys(OWNERS, ALL),
    "teacher": {
        "their own": ALL,
        "a pupil's": ALL - {Action.CREATE},
        "the teacher's": ALL,
        "the machine's": LOOK,
        "the starter's": LOOK,
    },
    "pupil": {
        "their own": ALL - {Action.MANAGE},
        "a pupil's": LOOK,
        "the teacher's": LOOK,
        "the machine's": LOOK,
        "the starter's": LOOK,
    },
    "paused pupil": {
        "their own": LOOK | {Action.VIEW_DRAWING, Action.CHOOSE},
        "a pupil's": LOOK,
        "the teacher's": LOOK,
        "the machine's": LOOK,
        "the starter's": LOOK,
    },
    "stranger": {"the starter's": LOOK},
}
IDS = {"machine": LOCAL, "teacher": "teacher", "pupil": "anna", "paused pupil": "anna", "stranger": "stranger"}


@pytest.fixture
def two_classes(digits_home, monkeypatch):
    """A class of a teacher, Anna and Bert, and another one."""
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    mine, other = classes.create("7b", "123456"), classes.create("8a", "123456")
    classes.join(mine, "Ms Lee", "teacher", "teacher")
    classes.join(mine, "Anna", "anna")
    classes.join(mine, "Bert", "bert")
    classes.join(other, "Carl", "other")
    return mine


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("owner", OWNERS)
def test_every_role_may_do_what_it_may_and_nothing_else(two_classes, role, owner):
    classes.pause(two_classes, role == "paused pupil")
    with acting_as(IDS[role]):
        whose = IDS[role] if owner == "their own" else OWNERS[owner]
        allowed = {action for action in Action if permissions.may(action, whose)}
        assert allowed == ALLOWED[role].get(owner, set())
        for action in Action:
            assert bool(permissions.why_not(action, whose)) == (action not in allowed)
            if action in allowed:
                permissions.demand(action, whose)
            else:
                with pytest.raises(NotAllowed, match=r"^[A-Z][^.]*\.( [A-Z][^.]*\.)?$"):
                    permissions.demand(action, whose)


def test_without_an_open_class_everybody_may_do_everything(two_classes):
    for each in classes.opened():
        classes.close(each)
    for visitor in ("teacher", "anna", "stranger", LOCAL):
        with acting_as(visitor):
            assert permissions.who().role == Role.MACHINE
            assert all(permissions.may(action, owner) for action in Action for owner in ("bert", "nobody", LOCAL))
            assert permissions.visible_owners() is permissions.visible_drawers() is None


def test_everybody_sees_their_own_and_by_a_switch_the_runs_of_the_class(two_classes):
    of_class = ["teacher", "anna", "bert", LOCAL]
    for visitor, owners, drawers in (
        ("anna", of_class, ["anna"]),
        ("teacher", of_class, of_class),
        ("stranger", ["stranger"], ["stranger"]),
    ):
        with acting_as(visitor):
            assert permissions.visible_owners() == permissions.visible_drawers() == [visitor]
            assert permissions.visible_owners(everyone=True) == owners
            assert permissions.visible_drawers(everyone=True) == drawers


def test_a_process_may_say_who_acts_and_the_machine_acts_otherwise(two_classes, monkeypatch):
    assert permissions.who().role == Role.MACHINE
    monkeypatch.setattr(guard, "_resolve", lambda: "anna")
    assert permissions.who() == permissions.identify("anna")
    with acting_as("teacher"):
        assert permissions.who().role == Role.TEACHER
