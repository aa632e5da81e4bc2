"""What a paused class does to the queue."""

from digits import classes
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.storage import database
from digits.tasks import TRAINING, claims, places
from tests.tasks.conftest import add_worker


def begin():
    """Return whose training begins next; empty if none may begin."""
    task = claims.claim(add_worker(lane=TRAINING), TRAINING, out_of_turn=False)
    return task.owner if task else ""


def test_no_training_of_a_pupil_begins_until_the_class_continues(opened, monkeypatch):
    monkeypatch.setenv("DIGITS_TRAININGS", "9")
    for owner in ("anna", "ben", "teacher"):
        runs.create(make_settings(), owner=owner)
    classes.pause(opened, True)
    assert (begin(), begin()) == ("teacher", "")
    with database.reading() as connection:
        assert places.lanes_to_serve(connection) == []
    classes.pause(opened, False)
    assert {begin(), begin()} == {"anna", "ben"}


def test_a_class_that_was_closed_while_paused_holds_nothing_up(opened):
    runs.create(make_settings(), owner="anna")
    classes.pause(opened, True)
    classes.close(opened)
    assert begin() == "anna"
