"""A class in two browsers and the teacher's: nobody touches what is another's, and the teacher can."""

from playwright.sync_api import expect

from digits import classes
from digits.drawings import store as drawings
from digits.runs import models
from digits.runs import store as runs
from tests.browser.conftest import go, serving, settle, visitor_of
from tests.browser.test_one_model import STARTER, choose, expect_model
from tests.classes.things import a_drawing
from tests.conftest import wait_until
from tests.runs.conftest import finished

PIN = "246810"
TITLE = "Convolutional · run 1"
SHOWN = f"{TITLE} · \u2068Anna\u2069"


def join(page, first_name, pin=""):
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("PIN").fill(pin)
    page.get_by_role("button", name="Join").click()
    page.get_by_text(f"7b · {first_name}").wait_for()


def test_two_pupils_have_a_space_of_their_own_and_the_teacher_manages_both(visit, with_sample):
    opened = classes.create("7b", PIN)
    with serving(with_sample) as address:
        anna, bert, teacher = (visit(f"{address}/class?code={opened.code}") for _ in range(3))
        join(anna, "Anna")
        bert.goto(f"{address}/draw")
        bert.get_by_role("heading", name="Join the class first").wait_for()
        bert.goto(f"{address}/class?code={opened.code}")
        bert.get_by_label("First name").fill("anna")
        bert.get_by_role("button", name="Join").click()
        bert.get_by_text("Somebody called anna is here already").wait_for()
        join(bert, "Bert")
        join(teacher, "Ms Lee", PIN)
        mine = visitor_of(anna)
        run = finished(owner=mine)
        models.choose(run, mine)
        drawings.put(a_drawing(7), owner=mine)

        go(anna, "/draw?view=My+drawings")
        expect_model(anna, TITLE)
        anna.get_by_text("Drawings: 1").wait_for()
        go(bert, f"/draw?view=My+drawings&model={run.id}")
        bert.get_by_text("The link names a model that is not here").wait_for()
        expect_model(bert, STARTER)
        bert.get_by_text("No drawing yet").wait_for()
        go(bert, f"/train?train_view=Watch&run={run.id}")
        bert.get_by_text("No run yet").wait_for()
        bert.get_by_text("Runs of the class").click()
        expect(bert.get_by_role("combobox", name="Run", exact=True)).to_have_value(SHOWN)
        bert.get_by_role("button", name="Manage run").click()
        bert.get_by_text("Settings and curves").wait_for()
        settle(bert)
        assert bert.get_by_text("Delete").count() == bert.get_by_text("Notes").count() == 0
        assert models.chosen(mine).id == run.id

        go(bert, "/evaluate")  # where the runs of the class are shown, too
        choose(bert, SHOWN)
        his = visitor_of(bert)
        wait_until(lambda: models.chosen(his).id == run.id)
        choose(bert, STARTER)
        wait_until(lambda: models.chosen(his).id == "starter")
        assert models.chosen(mine).id == run.id

        link = f"{address}/class/key/{classes.member(mine).key}"
        second = visit(link)  # Anna's other device
        second.get_by_text("7b · Anna").wait_for()
        go(second, "/draw?view=My+drawings")
        second.get_by_text("Drawings: 1").wait_for()

        go(teacher, f"/train?train_view=Watch&run={run.id}")
        teacher.get_by_role("button", name="Manage run").click()
        teacher.get_by_text("Delete", exact=True).click()
        teacher.get_by_role("button", name="Delete run").click()
        teacher.get_by_text("No run yet").wait_for()
        settle(teacher)
        assert runs.count() == 0 and models.chosen(mine).id == "starter"
