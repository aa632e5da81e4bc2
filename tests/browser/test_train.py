import re

from playwright.sync_api import expect

from digits.networks.architectures import RECIPES, TITLES
from digits.runs import runs
from digits.runs.run import RunState
from tests.browser.conftest import serving, settle


def start(page, network, epochs):
    title = TITLES[network]
    page.get_by_role("radio", name=title, exact=True).or_(page.get_by_role("button", name=title, exact=True)).click()
    box = page.get_by_label("Epochs", exact=True)
    expect(box).to_have_value(str(RECIPES[network].epochs))  # the recipe of the network fills the form
    settle(page)
    box.fill(str(epochs))
    box.press("Enter")
    page.get_by_role("button", name="Start training").click()


def test_a_training_on_the_sample_is_watched_to_its_end(visit, server):
    page = visit(f"{server}/train")
    start(page, "mlp", 5)
    page.get_by_text("starting").or_(page.get_by_text("running")).first.wait_for()
    page.get_by_text("Test accuracy").wait_for(timeout=90_000)
    expect(page.get_by_text("5 of 5")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    points = page.locator(".js-plotly-plot").first.locator(".scatterlayer .trace").nth(2).locator(".points path")
    expect(points).to_have_count(5)
    (run,) = runs.all_runs()
    assert run.state == RunState.DONE and run.id in page.url

    other = visit(page.url)  # another visitor, by the link
    other.get_by_text("Test accuracy").wait_for()


def test_a_training_goes_on_without_page_and_server_and_is_stopped_from_a_new_one(visit, with_sample):
    with serving(with_sample) as address:
        page = visit(f"{address}/train")
        start(page, "mlp", 1000)
        page.get_by_text(re.compile("Whole run")).wait_for(timeout=60_000)
        (run,) = runs.all_runs()
        page.context.close()
    seen = len(run.epochs())
    with serving(with_sample) as address:
        page = visit(f"{address}/train?train_view=Watch&run={run.id}")
        page.get_by_text(re.compile("Whole run")).wait_for()
        assert run.state == RunState.RUNNING
        page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()  # the header has one of its own
        page.get_by_text("stopped").first.wait_for(timeout=60_000)
        assert len(run.epochs()) >= seen and run.has_model
