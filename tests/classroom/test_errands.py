"""What the teacher lets a worker do."""

import zipfile

import pytest

from digits import classes, tasks
from digits.classroom import closing, errands
from digits.drawings import store as drawings
from digits.networks.settings import make_settings
from digits.permissions import NotAllowed
from digits.runs import store as runs
from digits.tasks import COMPUTING, TaskState, do_now
from tests.acting import acting_as
from tests.classes.things import a_drawing
from tests.pages.conftest import copy_run, execute

TEACHER = "teacher"


@pytest.fixture
def busy(opened, no_workers):
    """Each pupil has a drawing and a run that waits, and so has the teacher."""
    for owner, x in (("anna", 100), ("ben", 150), (TEACHER, 200)):
        drawings.put(a_drawing(1, x), owner=owner)
        runs.create(make_settings(), owner=owner)
    return opened


def waiting():
    return {run.owner for run in runs.queue()}


def test_the_teacher_stops_one_or_all_pupils_and_nobody_else(busy):
    with acting_as(TEACHER):
        errands.stop(busy, "anna")
        assert waiting() == {"ben", TEACHER}
        errands.stop(busy)
        assert waiting() == {TEACHER}


@pytest.mark.parametrize("kind", [errands.EXPORT, errands.CLEAR, errands.REMOVE])
def test_no_pupil_exports_or_clears_the_class_or_removes_anybody(busy, kind):
    with acting_as("anna"), pytest.raises(NotAllowed):
        errands.begin(kind, busy, "ben", owner="anna")
    assert tasks.waiting(COMPUTING) == []


@pytest.mark.parametrize("pupil, left", [("anna", {"ben", TEACHER}), ("", {TEACHER})])
def test_a_worker_clears_one_pupil_or_all_and_never_the_teacher(busy, pupil, left):
    with acting_as(TEACHER):
        errands.begin(errands.CLEAR, busy, pupil, owner=TEACHER)
    [task] = tasks.waiting(COMPUTING)
    assert (task.kind, task.owner) == (errands.CLEAR, TEACHER)
    do_now(errands.CLEAR, task.subject, task.part, errands.clear_task)
    assert waiting() == left and len(drawings.drawings()) == len(left)


def test_a_worker_takes_a_pupil_out_with_all_that_they_made_and_never_the_teacher(busy):
    for member in ("anna", TEACHER):
        do_now(errands.REMOVE, str(busy.id), member, errands.remove_task)
    assert waiting() == {"ben", TEACHER} and len(drawings.drawings()) == 2
    assert classes.member("anna") is None and classes.member(TEACHER)


def test_who_made_nothing_is_taken_out_and_nobody_else(opened, no_workers):
    drawings.put(a_drawing(1), owner="anna")
    runs.create(make_settings(), owner="ben")
    for name in ("invented", "another"):
        classes.join(opened, name, name)
    assert errands.num_idle(opened) == 2
    with acting_as(TEACHER):
        errands.remove_idle(opened)
    assert {member.id for member in classes.members(opened)} == {TEACHER, "anna", "ben"}
    assert errands.num_idle(opened) == 0 and classes.join(opened, "Invented", "invented")


def test_a_damaged_run_costs_the_class_no_other(with_run, opened, tmp_path):
    good, bad = with_run, copy_run(with_run)
    execute("UPDATE runs SET owner = 'anna'")
    bad.model.file("model.keras").write_bytes(b"damaged")
    closing.export(opened, tmp_path / "7b.zip")
    with zipfile.ZipFile(tmp_path / "7b.zip") as archive:
        names = [name for name in archive.namelist() if name.startswith("runs/")]
        assert sorted(names) == sorted([f"runs/02-Anna/{good.id}.zip", f"runs/02-Anna/{bad.id}.txt"])
        assert "damaged" in archive.read(f"runs/02-Anna/{bad.id}.txt").decode()


def test_a_worker_packs_everything_into_a_zip_and_the_end_of_the_class_removes_it(busy):
    told = []
    do_now(errands.EXPORT, str(busy.id), "", errands.export_task, on_progress=lambda _, phase: told.append(phase))
    file = closing.export_file(busy)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert "members.csv" in names and sum(name.startswith("drawings/") for name in names) == 3
    assert "Packing what member 3 of 3 made" in told
    assert tasks.find(errands.EXPORT, str(busy.id)).state == TaskState.DONE
    closing.end(busy)
    assert not file.exists()
