"""A line for each pupil."""

from contextlib import contextmanager

import pytest

from digits import classes
from digits.classes.store import TEACHER
from digits.classroom import collection, overview
from digits.drawings import store as drawings
from digits.evaluation import evaluate
from digits.evaluation import store as results
from digits.evaluation.store import Subject
from digits.lessons import store as lessons
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.storage import database
from tests.classes.things import a_drawing
from tests.lessons.test_checks import finished


def lines(of):
    return {line.member.first_name: line for line in overview.lines(of)}


def test_a_pupil_who_has_done_nothing_has_an_empty_line_and_the_teacher_has_none(opened):
    found = lines(opened)
    assert list(found) == ["Anna", "Ben"]
    anna = found["Anna"]
    assert set(anna.steps.values()) == {0} and (anna.run, anna.accuracy, anna.running) == (None, None, None)
    assert (anna.num_drawings, anna.num_shared, anna.place) == (0, 0, 0)


def test_a_line_says_what_is_done_and_what_waits(opened):
    lessons.begin("anna")
    lessons.note("anna", "pixels", index=1, label=5)
    lessons.note("anna", "size", strength=1, unit="px", accuracy=0.5, undistorted=0.9)
    drawings.merge([a_drawing(1, 100), a_drawing(7, 150)], owner="anna")
    collection.share("anna", True, a_drawing(7, 150).id)
    runs.create(make_settings(), owner="ben")
    mine = runs.create(make_settings(), owner="anna")
    found = lines(opened)
    assert found["Anna"].steps == {"pixels": 1, "seven": 1} and set(found["Ben"].steps.values()) == {0}
    assert (found["Anna"].num_drawings, found["Anna"].num_shared, found["Ben"].num_drawings) == (2, 1, 0)
    assert found["Anna"].run.id == mine.id and (found["Ben"].place, found["Anna"].place) == (1, 2)


def test_the_newest_run_counts_with_the_accuracy_on_the_test_set_of_its_split(with_run, opened):
    finished(with_run, 0.91, owner="anna", created="2998-01-01T00:00:00+00:00")
    newest = finished(with_run, 0.93, owner="anna")
    for part, accuracy in (("optdigits", 0.5), ("tutorial", 0.93)):
        report = {"accuracy": accuracy, "n": 1000, "interval": [0.4, 0.95], "title": part}
        results.put(Subject.of(newest), evaluate.KIND, part, report)
    anna = lines(opened)["Anna"]
    assert (anna.run.id, anna.accuracy) == (newest.id, 0.93)


def test_a_class_costs_as_few_questions_as_one_pupil(opened, monkeypatch):
    asked, reading = [], database.reading

    @contextmanager
    def counted():
        asked.append(1)
        with reading() as connection:
            yield connection

    monkeypatch.setattr(database, "reading", counted)
    overview.lines(opened)
    few, asked[:] = len(asked), []
    for number in range(20):
        classes.join(opened, f"Pupil {number}", f"pupil{number}")
    asked.clear()
    assert len(overview.lines(opened)) == 22 and len(asked) == few


@pytest.mark.parametrize("hidden", [False, True])
def test_hidden_names_become_numbers(opened, hidden):
    classes.hide_names(opened, hidden)
    names = overview.names(classes.get(opened.id))
    assert (names["anna"], names["ben"]) == (("Pupil 1", "Pupil 2") if hidden else ("Anna", "Ben"))


def test_pupils_are_numbered_from_one_whenever_their_teachers_joined(opened):
    classes.join(opened, "Mr Bohr", "bohr", TEACHER)
    classes.join(opened, "Cleo", "cleo")
    classes.hide_names(opened, True)
    called = overview.names(classes.get(opened.id))
    assert called["cleo"] == "Pupil 3" and (called["teacher"], called["bohr"]) == ("Teacher 1", "Teacher 2")
