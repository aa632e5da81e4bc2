"""The end of a class."""

import csv
import io
import json
import zipfile

import pytest

from digits import classes, permissions, tasks
from digits.__main__ import main
from digits.classes import keys
from digits.classroom import closing
from digits.drawings import store as drawings
from digits.drawings.import_export import unpack
from digits.lessons import store as lessons
from digits.networks.settings import make_settings
from digits.runs import exported_run, models, transfer
from digits.runs import store as runs
from digits.storage import database
from digits.tasks import store as task_store
from tests.acting import acting_as
from tests.classes.things import a_drawing, a_source
from tests.runs.test_transfer import zipped


@pytest.fixture
def taught(digits_home, monkeypatch):
    """A class in which Anna and a visitor outside of it have made something of every kind."""
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    opened = classes.create("7b", "123456")
    classes.join(opened, "Anna", "anna")
    classes.join(opened, "=Bert", "bert")
    for owner, x in (("anna", 190), ("outside", 100)):
        runs.create(make_settings(), owner=owner, name=owner, queued=False)
        drawings.put(a_drawing(1, x), owner=owner)
        a_source(f"of-{owner}", owner)
        lessons.begin(owner)
        models.choose(runs.get("starter"), owner)
    hers = runs.create(make_settings(), owner="anna", name="waits")
    with database.writing() as connection:  # Bert has begun something with it
        task_store.enqueue(connection, "robustness", hers.id, "tutorial", owner="bert")
        task_store.enqueue(connection, "prepare", "mnist", owner="anna")
    return opened


def test_closing_deletes_what_its_members_made_and_nothing_else(taught):
    closing.end(taught)
    assert classes.all_classes() == [] and tasks.unfinished() == []
    assert tasks.find("prepare", "mnist").owner == "local"
    assert [run.name for run in runs.page()] == ["outside"]
    with database.reading() as connection:
        for table in ("runs", "drawings", "sources", "lesson_acts", "choices"):
            assert [row["owner"] for row in connection.execute(f"SELECT DISTINCT owner FROM {table}")] == ["outside"]


def test_one_member_is_taken_out_with_all_that_they_made(taught):
    assert main(["class", "remove", taught.code, "anna"]) == 0
    assert [member.first_name for member in classes.members(taught)] == ["=Bert"]
    assert (
        runs.count(owners=["anna"]) == 0 and drawings.drawings(["anna"]) == [] and runs.count(owners=["outside"]) == 1
    )
    assert main(["class", "remove", taught.code, "Anna"]) != 0


def test_a_link_that_others_know_is_made_void(taught, capsys):
    old = classes.member("anna").key
    assert main(["class", "link", taught.code, "Anna", "--new"]) == 0
    assert classes.by_key(old) is None
    assert classes.by_key(capsys.readouterr().out.strip().rpartition("/")[2]).id == "anna"


def test_closing_keeps_everything_when_asked(taught):
    closing.end(taught, keep=True)
    assert classes.opened() == [] and runs.count() == 3 and len(drawings.drawings()) == 2
    assert [member.first_name for member in classes.members(taught)] == ["Anna", "=Bert"]


def test_only_the_teacher_and_the_machine_clear_what_somebody_made(taught):
    with acting_as("bert"), pytest.raises(permissions.NotAllowed):
        closing.clear("anna")
    assert runs.count(owners=["anna"]) == 2
    classes.join(taught, "Ms Lee", "teacher", "teacher")
    with acting_as("teacher"):
        closing.clear("anna")
    assert runs.count(owners=["anna"]) == 0 and classes.member("anna")


def test_the_command_line_opens_lists_exports_and_closes(digits_home, tmp_path, capsys):
    def said(*arguments):
        assert main(["class", *map(str, arguments)]) == 0
        return capsys.readouterr().out

    made = json.loads(said("open", "--name", "7b", "--json"))
    opened = classes.get(made["code"])
    assert len(made["pin"]) == 6 and classes.has_pin(opened, made["pin"])
    assert "PIN" not in said("open", "--name", "8a", "--pin", "secret word")
    classes.join(opened, "Anna", "anna")
    classes.join(opened, "=Bert", "bert")
    drawings.put(a_drawing(7), owner="anna")
    (tmp_path / "hers.zip").write_bytes(zipped())
    [run_id] = transfer.import_zips([tmp_path / "hers.zip"], owner="anna")
    [first, second] = json.loads(said("list", "--json"))
    assert json.loads(said("--json")) == [first, second]
    assert (first["members"], second["members"], first["closed"]) == (2, 0, None)
    assert f"{made['code']}  open      2 members  7b" in said("list")
    assert said("members", made["code"]).split() == ["pupil", "Anna", "pupil", "=Bert"]
    assert classes.by_key(said("link", made["code"], "anna").strip().removeprefix("/class/key/")).first_name == "Anna"

    file = tmp_path / "7b.zip"
    assert json.loads(said("close", made["code"].lower(), "--export", file, "--json"))["export"] == str(file)
    with zipfile.ZipFile(file) as archive:
        [run_zip] = [name for name in archive.namelist() if name.startswith("runs/01-Anna/")]
        (tmp_path / "run.zip").write_bytes(archive.read(run_zip))
        assert [drawing.label for drawing in unpack(archive.read("drawings/01-Anna.zip"))] == [7]
        table = list(csv.DictReader(io.StringIO(archive.read("members.csv").decode("utf-8-sig"))))
    assert [(row["first_name"], row["runs"], row["drawings"]) for row in table] == [
        ("Anna", "1", "1"),
        ("'=Bert", "0", "0"),
    ]
    assert runs.count() == 0 and len(json.loads(said("list", "--json"))) == 1
    assert transfer.import_zips([tmp_path / "run.zip"]) == [run_id]
    assert exported_run.read(tmp_path / "run.zip").described["epochs"]

    assert main(["class", "close", "NOTONE"]) == 1 and "There is no such class" in capsys.readouterr().err
