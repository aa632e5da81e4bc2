"""Every function that changes what somebody owns asks whether that is allowed: no page can forget it."""

from pathlib import Path

import pytest

from digits import classes, tasks
from digits.classes import keys
from digits.classroom import closing, collection, errands
from digits.data import adding, own_sources
from digits.drawings import fine_tune
from digits.drawings import store as drawings
from digits.lessons import contrast
from digits.lessons import store as lessons
from digits.networks.settings import make_settings
from digits.permissions import NotAllowed
from digits.runs import models, transfer
from digits.runs import store as runs
from digits.storage import database
from digits.sweeps import store as sweeps
from digits.sweeps.plan import Plan
from tests.acting import acting_as
from tests.classes.things import a_drawing, a_source

PLAN = Plan(space={"architecture": "cnn", "batch_size": [32, 64]})
CHANGES = {
    "make a run": lambda: runs.create(make_settings(), owner="me"),
    "import a run": lambda: transfer.import_zips([], owner="me"),
    "continue a run": lambda: runs.resume(run().id, 9),
    "delete a run": lambda: runs.delete(run().id),
    "rename a run": lambda: runs.rename(run().id, "mine"),
    "annotate a run": lambda: runs.annotate(run().id, "mine", []),
    "stop a run": lambda: runs.stop(run()),
    "pause a run": lambda: runs.stop(run(), "pause"),
    "move a run": lambda: runs.move(run(), 1),
    "fine-tune": lambda: fine_tune.begin(runs.get("starter"), owner="me"),
    "compute something": lambda: tasks.submit("evaluate", "starter", "tutorial", owner="me"),
    "choose a model": lambda: models.choose(runs.get("starter"), "anna"),
    "label a drawing": lambda: drawings.put(a_drawing(2, 100), owner="me"),
    "relabel a drawing": lambda: drawings.put(a_drawing(2), owner="anna"),
    "delete a drawing": lambda: drawings.remove(a_drawing(1).id, owner="anna"),
    "delete all drawings": drawings.remove_all,
    "import drawings": lambda: drawings.merge([], owner="me"),
    "upload digits": lambda: adding.begin([("a.csv", b"1,2")], owner="me"),
    "add digits": lambda: a_source("new", "me"),
    "replace digits": lambda: own_sources.check_name("hers", replace=True),
    "remove digits": lambda: own_sources.remove("hers"),
    "start a sweep": lambda: sweeps.create(PLAN, owner="me"),
    "continue a sweep": lambda: sweeps.resume(sweeps.page()[0]),
    "delete a sweep": lambda: sweeps.delete(sweeps.page()[0]),
    "begin the lesson": lambda: lessons.begin("anna"),
    "note an answer": lambda: lessons.replace("anna", "answer"),
    "begin the contrast": lambda: contrast.begin("anna"),
    "open a class": lambda: classes.create("8a", "123456"),
    "pause a class": lambda: classes.pause(classes.opened()[0], True),
    "hide names": lambda: classes.hide_names(classes.opened()[0], True),
    "keep others out": lambda: classes.keep_out(classes.opened()[0], True),
    "take out who made nothing": lambda: errands.remove_idle(classes.opened()[0]),
    "take somebody out": lambda: classes.remove(classes.member("anna")),
    "renew a link": lambda: classes.renew_key(classes.member("anna")),
    "close a class": lambda: classes.close(classes.opened()[0]),
    "forget a class": lambda: classes.delete(classes.opened()[0]),
    "export a class": lambda: closing.export(classes.opened()[0], Path("never.zip")),
    "share a drawing": lambda: collection.share("anna", True, a_drawing(1).id),
    "clear somebody": lambda: closing.clear("anna"),
}


def run():
    return runs.page()[0]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A DIGITS_HOME with a class in which Anna has something of everything. None of these tests changes it."""
    folder = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(folder))
        patch.setitem(keys.SCRYPT, "n", 2)
        opened = classes.create("7b", "123456")
        for visitor in ("anna", "bert"):
            classes.join(opened, visitor, visitor)
        classes.join(classes.create("8a", "123456"), "Mr Ray", "other teacher", "teacher")
        runs.create(make_settings(), owner="anna")
        drawings.put(a_drawing(1), owner="anna")
        a_source("hers", "anna")
        sweeps.create(PLAN, owner="anna", queued=False)
        lessons.begin("anna")
    return folder


@pytest.fixture
def of_anna(home, digits_home, monkeypatch):
    """That home is the one in use."""
    monkeypatch.setenv("DIGITS_HOME", str(home))


def everything():
    with database.reading() as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("visitor", ["stranger", "bert", "other teacher"])
def test_who_may_not_change_something_changes_nothing(of_anna, change, visitor):
    before = everything()
    with acting_as(visitor), pytest.raises(NotAllowed):
        CHANGES[change]()
    assert everything() == before


def test_a_stranger_notes_nothing_in_the_lesson_of_another(of_anna):
    before = everything()
    with acting_as("stranger"):
        assert not lessons.note("anna", "drew")
    assert everything() == before
