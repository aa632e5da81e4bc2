"""The lesson as a learner goes through it: each step turns green by doing it."""

import re
import shutil
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from digits.evaluation import fine_tune_result
from digits.evaluation import store as results
from digits.evaluation.store import Subject
from digits.lessons.content import LESSONS
from digits.runs import store as runs
from pages.lesson import teachers
from pages.shared import visitor
from tests.browser.conftest import serving, settle
from tests.conftest import digits
from tests.lessons.test_checks import finished
from tests.pages.conftest import execute


@pytest.fixture(scope="module")
def lesson(trained_home, tmp_path_factory):
    """The home of a server that has a trained mlp and a trained linear network, and its address."""
    home = tmp_path_factory.mktemp("lesson") / "home"
    shutil.copytree(trained_home, home)
    digits("train", "--architecture", "linear", home=home)
    with serving(home) as address:
        yield home, address


def test_a_learner_completes_the_lesson_step_by_step(visit, lesson, monkeypatch):
    home, address = lesson
    monkeypatch.setenv("DIGITS_HOME", str(home))
    linear, mlp = runs.page()
    page = visit(address)

    def has_done(count):
        page.goto(f"{address}/lesson")
        expect(page.get_by_text(f"{count} of 6 steps done")).to_be_visible()

    page.get_by_role("link", name="Lesson: 40 minutes").click()
    page.get_by_role("button", name="Start the lesson").click()
    expect(page.get_by_text("0 of 6 steps done")).to_be_visible()
    [cookie] = [one["value"] for one in page.context.cookies() if one["name"] == visitor.COOKIE]
    learner = visitor.verified(unquote(cookie))
    assert learner

    page.get_by_role("link", name="Open Explore").click()
    page.get_by_text("Show the value of each pixel").wait_for()
    settle(page)
    page.get_by_text("Show the value of each pixel").click()
    expect(page.get_by_text("A step of the lesson is done.")).to_be_visible()
    has_done(1)

    page.get_by_label("Correct of 100 unseen digits").fill("70")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save my prediction").click()
    expect(page.get_by_text("Your prediction: 70%")).to_be_visible()
    # The learner's own training, which the fixture has done before.
    later = "2999-01-01T00:00:00+00:00"
    execute("UPDATE runs SET owner = ?, created = ? WHERE id = ?", learner, later, linear.id)
    has_done(2)

    page.goto(f"{address}/evaluate?evaluate_view=Mistakes&model={linear.id}")
    settle(page)
    page.get_by_role("button", name="Open the first digit").click()
    expect(page.get_by_text("A step of the lesson is done.")).to_be_visible()
    has_done(3)

    finished(mlp, 0.985, owner=learner)
    has_done(4)

    page.goto(f"{address}/evaluate?evaluate_view=Break it&model={linear.id}")
    settle(page)
    page.get_by_role("combobox", name="Layer that is off").click()
    page.get_by_role("option", name="Last layer").click()
    expect(page.get_by_text("A step of the lesson is done.")).to_be_visible()
    has_done(5)

    tuned = finished(mlp, 0.9, owner=learner, architecture="mlp", parent=mlp.id)
    learned = {"n": 6, "before": 2, "after": 6}
    results.put(Subject.of(tuned), fine_tune_result.KIND, "", {"learned": learned})
    has_done(6)
    expect(page.get_by_text(re.compile(r"min\s+check Done"))).to_have_count(6)


def test_a_word_in_a_help_text_opens_its_entry_and_a_search_finds_others(visit, lesson):
    _, address = lesson
    page = visit(f"{address}/train")
    settle(page)
    page.get_by_test_id("stNumberInput").filter(has_text="Epochs").get_by_test_id("stTooltipIcon").hover()
    with page.context.expect_page() as opened:
        page.get_by_test_id("stTooltipContent").get_by_role("link", name="network").click()
    entry = opened.value
    expect(entry.get_by_role("heading", name="Network", exact=True).first).to_be_visible()
    assert entry.url == f"{address}/glossary?term=network"
    entry.get_by_label("Search").fill("argmax")
    entry.keyboard.press("Enter")
    expect(entry.get_by_text("The place of the largest number.")).to_be_visible()


@pytest.mark.parametrize("name", LESSONS)
def test_the_pupils_sheet_is_one_page(chromium, name):
    page = chromium.new_page()
    page.set_content(teachers.sheet(LESSONS[name]))
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1
