"""The lesson as a learner goes through it: each step turns green by doing it."""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from digits.evaluation import evaluate, fine_tune_result
from digits.evaluation import store as results
from digits.evaluation.store import Subject
from digits.lessons.content import LESSONS
from pages.lesson import teachers
from pages.shared import visitor
from tests.browser.conftest import go, serving, settle
from tests.lessons.test_checks import finished


@pytest.fixture
def address(with_run, digits_home):
    with serving(digits_home) as address:
        yield address


def test_a_learner_completes_the_lesson_step_by_step(visit, with_run, address):
    page = visit(address)

    def has_done(count):
        go(page, "/lesson")
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
    linear = finished(with_run, 0.877, owner=learner, architecture="linear")  # the learner's own training
    evaluate.evaluate(linear, "tutorial")
    has_done(2)

    go(page, f"/evaluate?evaluate_view=Mistakes&model={linear.id}")
    page.get_by_role("button", name="Open the first digit").click()
    expect(page.get_by_text("A step of the lesson is done.")).to_be_visible()

    go(page, f"/evaluate?evaluate_view=Break it&model={with_run.id}")
    page.get_by_role("combobox", name="Layer that is off").click()
    page.get_by_role("option", name="Last layer").click()
    expect(page.get_by_text("A step of the lesson is done.")).to_be_visible()

    finished(with_run, 0.985, owner=learner)
    tuned = finished(with_run, 0.9, owner=learner, architecture="mlp", parent=with_run.id)
    learned = {"n": 6, "before": 2, "after": 6}
    results.put(Subject.of(tuned), fine_tune_result.KIND, "", {"learned": learned})
    has_done(6)
    expect(page.get_by_text(re.compile(r"min\s+check Done"))).to_have_count(6)


def test_a_word_in_a_help_text_opens_its_entry_and_a_search_finds_others(visit, shared_server):
    page = visit(f"{shared_server}/train")
    settle(page)
    page.get_by_test_id("stNumberInput").filter(has_text="Epochs").get_by_test_id("stTooltipIcon").hover()
    with page.context.expect_page() as opened:
        page.get_by_test_id("stTooltipContent").get_by_role("link", name="network").click()
    entry = opened.value
    expect(entry.get_by_role("heading", name="Network", exact=True).first).to_be_visible()
    assert entry.url == f"{shared_server}/glossary?term=network"
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
