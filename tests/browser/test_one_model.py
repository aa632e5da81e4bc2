"""Every page opens the visitor's own model, whatever others do meanwhile."""

from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser.conftest import serving, settle, visitor_of
from tests.pages.conftest import copy_run, execute

STARTER, RUN_1, RUN_2 = "Starter model", "One hidden layer · run 1", "One hidden layer · run 2"


def expect_model(page, title):
    expect(page.get_by_role("combobox", name="Model").first).to_have_value(title)
    settle(page)


def go(page, name):
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("heading", name=name, level=1).wait_for()


def choose(page, title):
    page.get_by_role("combobox", name="Model").first.click()
    page.get_by_role("option", name=title).click()


def test_a_choice_goes_along_through_pages_reload_and_links_and_stays_the_visitors_own(visit, with_run, digits_home):
    with serving(digits_home) as address:
        anna, bert = visit(f"{address}/draw"), visit(f"{address}/draw")
        for page in (anna, bert):  # what the command line trained on this machine
            expect_model(page, RUN_1)
        choose(anna, STARTER)
        expect_model(anna, STARTER)
        go(anna, "Evaluate")
        expect_model(anna, STARTER)
        anna.reload()
        expect_model(anna, STARTER)
        go(bert, "Evaluate")
        expect_model(bert, RUN_1)

        anna.goto(f"{address}/evaluate?model={with_run.id}")  # a link is a choice
        expect_model(anna, RUN_1)
        go(anna, "Draw")
        expect_model(anna, RUN_1)

        trained = copy_run(with_run)  # a training of Bert's ends
        execute(
            "UPDATE runs SET owner = ?, published = ? WHERE id = ?",
            visitor_of(bert), datetime.now(UTC).isoformat(), trained.id,
        )  # fmt: skip
        go(bert, "Draw")
        expect_model(bert, RUN_2)
        go(anna, "Evaluate")
        expect_model(anna, RUN_1)
        choose(bert, STARTER)  # later than his training
        expect_model(bert, STARTER)
        go(bert, "Evaluate")
        expect_model(bert, STARTER)
