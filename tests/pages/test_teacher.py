"""The teacher's page, the projector, and the switch by which drawings come into the class' collection."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from digits import classes
from digits.classroom import collection, errands
from digits.drawings import store as drawings
from digits.evaluation import evaluate, fine_tune_result
from digits.evaluation import store as results
from digits.evaluation.store import Subject
from digits.networks.settings import make_settings
from digits.runs import models
from digits.runs import store as runs
from digits.storage.home import ROOT
from digits.tasks import COMPUTING, do_now, waiting
from pages.shared import visitor
from tests.classes.things import a_drawing
from tests.classroom.conftest import opened  # noqa: F401, a fixture
from tests.conftest import PATIENCE
from tests.lessons.test_checks import finished
from tests.pages.conftest import click, execute, texts

DRAWN = [a_drawing(7, 100 + 8 * number) for number in range(12)]


@pytest.fixture
def as_member(monkeypatch):
    """as_member("anna") makes that member see the pages."""

    def as_member(name):
        monkeypatch.setattr(type(st.context), "cookies", {visitor.COOKIE: visitor.signed(name)})

    return as_member


@pytest.fixture
def shown(as_member, open_page):
    """shown("projector", view="Collection") opens a page of the class as its teacher."""

    def shown(name, **link):
        as_member("teacher")
        return open_page("classroom", name, **link)

    return shown


def table(page):
    return page.dataframe[0].value.to_dict("records")


def plain(text):
    return text.strip("\u2068\u2069")


@pytest.mark.parametrize("name", ["teacher", "projector"])
@pytest.mark.parametrize("who", ["anna", "stranger"])
def test_nobody_else_sees_the_class(opened, as_member, name, who):  # noqa: F811
    as_member(who)
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
    page.switch_page(f"pages/classroom/{name}.py").run()
    said = texts(page)
    assert not page.exception and not page.dataframe and len(page.title) == 1
    assert "for the teacher of an open class" in said or "Join the class first" in said


def test_the_teacher_sees_a_line_for_each_pupil_and_how_to_join(shown, opened):  # noqa: F811
    drawings.put(DRAWN[0], owner="anna")
    runs.create(make_settings(architecture="linear"), owner="ben")
    page = shown("teacher")
    anna, ben = table(page)
    assert (plain(anna["Name"]), anna["Drawings"], anna["Now"]) == ("Anna", 1, "")
    assert (plain(ben["Name"]), ben["Now"]) == ("Ben", "Waiting · place 1") and "queued" in ben["Last run"]
    assert opened.code in "".join(block.proto.body for block in page.get("html"))
    assert "Pupils: 2 · at work: 0 · waiting: 1" in texts(page)


def test_an_empty_class_says_what_to_do(shown, opened):  # noqa: F811
    for member in errands.pupils(opened):
        classes.remove(member)
    assert "Nobody has joined yet." in texts(shown("teacher"))


def test_the_switches_pause_the_class_and_hide_names(shown, opened):  # noqa: F811
    page = shown("teacher")
    page.toggle(key="class_paused").set_value(True).run()
    page.toggle(key="class_hide_names").set_value(True).run()
    now = classes.get(opened.id)
    assert not page.exception and now.paused and now.hide_names
    assert [plain(row["Name"]) for row in table(page)] == ["Pupil 1", "Pupil 2"]
    assert not any("Anna" in option for option in page.selectbox(key="class_pupil").options)


def test_a_class_that_has_filled_up_says_so_and_the_switch_lets_more_in(shown, opened):  # noqa: F811
    page = shown("teacher")
    switch = page.toggle(key="class_is_full")
    assert not switch.value and "Nobody else may join now" not in texts(page)
    execute(f"UPDATE classes SET places = {len(classes.members(opened))}")
    page = shown("teacher")
    assert page.toggle(key="class_is_full").value and "let in up to 40 more" in texts(page)
    page.toggle(key="class_is_full").set_value(False).run()
    assert not page.exception and classes.join(opened, "Cleo", "cleo")
    page.toggle(key="class_is_full").set_value(True).run()
    assert classes.is_full(classes.get(opened.id))


def test_invented_pupils_are_taken_out_at_once(shown, opened):  # noqa: F811
    drawings.put(DRAWN[0], owner="anna")
    page = shown("teacher")
    assert "Pupils without a run, a drawing or a step of the lesson: 1." in texts(page)
    page.button(key="class_remove_idle").click().run()
    assert not page.exception and [plain(row["Name"]) for row in table(page)] == ["Anna"]


def test_one_pupil_is_stopped_alone_and_cleared_only_after_a_second_click(shown, opened, no_workers):  # noqa: F811
    for owner in ("anna", "ben"):
        runs.create(make_settings(), owner=owner)
    page = shown("teacher")
    page.selectbox(key="class_pupil").set_value("anna").run()
    click(page, "Stop")
    assert [run.owner for run in runs.queue()] == ["ben"]
    assert waiting(COMPUTING) == [] and "Delete all runs, drawings and steps" in texts(page)
    page.button(key="class_clear_anna").click().run()
    assert not page.exception
    [task] = waiting(COMPUTING)
    assert (task.kind, task.part) == (errands.CLEAR, "anna")
    assert any("Waiting for its turn" in bar.proto.text for bar in page.get("progress"))


def test_one_pupil_is_removed_after_a_second_click_and_a_sentence_says_so(shown, opened, no_workers):  # noqa: F811
    page = shown("teacher")
    page.selectbox(key="class_pupil").set_value("anna").run()
    page.button(key="class_remove_anna").click().run()
    [task] = waiting(COMPUTING)
    assert not page.exception and (task.kind, task.part) == (errands.REMOVE, "anna")
    do_now(errands.REMOVE, task.subject, task.part, errands.remove_task)
    page.run()
    assert not page.exception and "This pupil is no longer in the class." in texts(page)
    assert [plain(row["Name"]) for row in table(page)] == ["Ben"]


def test_everything_is_packed_by_a_worker_and_then_offered(shown, opened, no_workers):  # noqa: F811
    page = shown("teacher")
    assert not page.get("download_button")
    click(page, "Pack the zip")
    [task] = waiting(COMPUTING)
    assert task.kind == errands.EXPORT
    execute("UPDATE tasks SET state = 'done'")
    file = errands.closing.export_file(opened)
    file.parent.mkdir()
    file.write_bytes(b"zip")
    assert [button.proto.label for button in shown("teacher").get("download_button")] == ["Download (0.1 MB)"]


def test_the_projector_shows_each_evaluated_network_as_a_dot(with_run, opened, shown):  # noqa: F811
    for number, accuracy in enumerate((0.9, 0.95)):
        run = finished(with_run, accuracy, owner="anna", created=f"299{number}-01-01T00:00:00+00:00")
        report = {"accuracy": accuracy, "n": 1000, "interval": [0.8, 1.0], "title": "The test set"}
        results.put(Subject.of(run), evaluate.KIND, "tutorial", report)
    page = shown("projector")
    assert "2 networks, each shown as a dot. Measured on the test set The test set." in texts(page)
    page.session_state["projector_dots_table"] = True
    page.run()
    assert [(plain(row["Name"]), row["Accuracy"]) for row in table(page)] == [("Anna", 0.95), ("Anna", 0.9)]


@pytest.mark.parametrize("hidden", [False, True])
def test_the_collection_is_a_wall_of_drawings_with_names_unless_hidden(shown, opened, hidden):  # noqa: F811
    drawings.merge(DRAWN, owner="anna")
    assert "Nobody shares a drawing yet" in texts(shown("projector", view="Collection"))
    collection.share("anna", True)
    classes.hide_names(opened, hidden)
    wall = "".join(block.proto.body for block in shown("projector", view="Collection").get("html"))
    assert wall.count("<figure>") == 12 and ("Anna" in wall, "Pupil 1" in wall) == (not hidden, hidden)


def test_a_name_is_text_on_the_wall(shown, opened):  # noqa: F811
    classes.join(opened, "<b>Bo</b>", "bo")
    drawings.put(DRAWN[0], owner="bo")
    collection.share("bo", True)
    wall = "".join(block.proto.body for block in shown("projector", view="Collection").get("html"))
    assert "&lt;b&gt;Bo" in wall and "<b>Bo" not in wall


def test_the_drawings_of_a_digit_that_a_model_misclassifies_are_shown(with_run, opened, shown):  # noqa: F811
    drawings.merge([*DRAWN[:3], a_drawing(1, 196)], owner="anna")
    collection.share("anna", True)
    found = collection.collected(opened)
    predicted = models.recognizer(runs.get("starter")).probabilities(found.images).argmax(axis=1)
    num_wrong = int(((found.labels == 7) & (predicted != 7)).sum())
    page = shown("projector", view="Misclassified", model="starter", digit="7")
    assert num_wrong and f"Drawings with the label 7: 3, misclassified: {num_wrong}." in texts(page)
    assert "Whose 7 can't it read?" in [header.value for header in page.header]
    wall = "".join(block.proto.body for block in page.get("html"))
    assert wall.count("<figure>") == num_wrong


def test_the_teacher_fine_tunes_on_the_collection_and_sees_the_scores(with_run, opened, shown, no_workers):  # noqa: F811
    page = shown("projector", view="Fine-tuning")
    assert page.button(key="projector_begin").disabled
    drawings.merge(DRAWN, owner="anna")
    collection.share("anna", True)
    page = click(shown("projector", view="Fine-tuning", model=with_run.id), "Fine-tune with the collection")
    run = collection.newest_run(opened, "teacher")
    assert run.is_queued and any("Waiting" in bar.proto.text for bar in page.get("progress"))
    execute(
        """UPDATE runs SET stage = 'finished', ended = 'done', model = o.model, model_sha256 = o.model_sha256
           FROM (SELECT * FROM runs WHERE id = ?) AS o WHERE runs.id = ?""",
        with_run.id, run.id,
    )  # fmt: skip
    execute("UPDATE tasks SET state = 'done' WHERE subject = ?", run.id)
    rows = [
        {"label": 7, "before": 1, "after": 7, "held_out": bool(out)} for out in fine_tune_result.drawings(run).held_out
    ]
    n = sum(row["held_out"] for row in rows)
    test = {"n": 100, "before": 90, "after": 91, "title": "Test digits", "interval": [0.8, 1.0]}
    compared = {"drawings": rows, "held_out": {"n": n, "before": 0, "after": n, "interval": [0.5, 1.0]}, "test": test}
    results.put(Subject.of(runs.get(run.id)), fine_tune_result.KIND, "", compared)
    page = shown("projector", view="Fine-tuning", model=with_run.id)
    assert [metric.value for metric in page.metric] == ["100.0%", "91.0%"]
    assert f"Measured on {n} held-out drawings" in texts(page)
    assert f"Anna ({n})" in page.get_by_key("projector_by_person").proto.spec.replace("\\u2068", "").replace(
        "\\u2069", ""
    )
    assert "Better after the fine-tuning: 1 of 1." in texts(page)
    page.session_state["projector_by_digit_table"] = True
    page.run()
    assert table(page) == [{"Digit": "\u20687\u2069", "Drawings": n, "Correct before": 0, "Correct after": n}]


def test_a_drawing_is_shared_by_a_switch_that_only_members_see(open_page, opened, with_sample, as_member):  # noqa: F811
    drawings.merge(DRAWN[:2], owner="anna")
    as_member("anna")
    page = click(open_page("draw", view="My drawings"), "Open the first drawing")
    [switch] = [toggle for toggle in page.toggle if toggle.label == "Share with the class"]
    assert switch.value is False
    switch.set_value(True).run()
    assert not page.exception and collection.num_shared("anna") == 1
    assert "Shared with the class: 1 of 2" in texts(page)
    click(page, "Share all")
    assert collection.num_shared("anna") == 2
    click(page, "Share none")
    assert collection.num_shared("anna") == 0


def test_alone_nobody_is_asked_to_share(open_page, with_sample):
    drawings.merge(DRAWN[:2])
    page = click(open_page("draw", view="My drawings"), "Open the first drawing")
    assert "Share" not in "".join(toggle.label for toggle in page.toggle) + texts(page)
