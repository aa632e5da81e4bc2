"""The Train page as a visitor meets it: what is above the fold, where the focus goes, what comes after a training."""

import re

import pytest
from playwright.sync_api import expect

from digits.runs import store as runs
from digits.runs.run import RunState
from tests.browser.conftest import TRAINED, box_at_rest, serving, settle, visitor_of
from tests.faults.conftest import harmed_workers as harmed_workers
from tests.faults.conftest import no_worker_outlives_its_test as no_worker_outlives_its_test


def test_start_is_within_the_first_500_pixels_and_cards_and_the_picture_of_the_network_fit_every_width(
    visit, shared_server
):
    page = visit(f"{shared_server}/train", width=1280, height=800)
    settle(page)
    box = box_at_rest(page.get_by_role("button", name="Start training"))
    assert box["y"] + box["height"] <= 500
    for width in (360, 820, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        expect(page.locator(".network img")).to_have_count(5)
        page.wait_for_function(
            "[...document.querySelectorAll('.network img')].every(one => one.complete && one.naturalWidth > 0)"
        )
        for shown in (page.get_by_role("button", name="Start training"), page.get_by_text("10 probabilities")):
            box = box_at_rest(shown)
            assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def quick_server(with_sample, harmed_workers):
    """The address of a server whose networks are trained in no time."""
    harmed_workers("import tests.faults.quick_engine")
    with serving(with_sample) as address:
        yield address


def test_a_keyboard_starts_names_and_ends_a_training_and_another_is_one_click_away(visit, quick_server):
    page = visit(f"{quick_server}/train")
    settle(page)
    page.get_by_text("One hidden layer").first.click()
    settle(page)
    page.get_by_label("Name", exact=True).fill("By keyboard")
    page.get_by_label("Epochs", exact=True).fill("3")
    page.get_by_role("button", name="Start training").focus()
    page.keyboard.press("Enter")
    tab = page.get_by_role("tab", name="Watch")
    expect(tab).to_be_focused()  # not lost, and Stop is near
    page.get_by_text(re.compile("of 1,000 test digits are correct")).wait_for(timeout=TRAINED)
    expect(page.get_by_text("It took 3 of 3 epochs.")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    points = page.locator(".js-plotly-plot").first.locator(".scatterlayer .trace").last.locator(".points path")
    expect(points).to_have_count(3)
    (run,) = runs.page()
    assert (run.name, run.settings.architecture, run.num_epochs) == ("By keyboard", "mlp", 3)
    assert run.state == RunState.DONE and run.id in page.url and run.owner == visitor_of(page)
    visit(page.url).get_by_text("Test accuracy").wait_for()  # another visitor, by the link
    expect(page.get_by_role("link", name="Draw with it")).to_be_visible()
    expect(page.get_by_role("link", name="See its mistakes")).to_be_visible()
    page.get_by_role("button", name="Train another").click()
    expect(page.get_by_role("button", name="Start training")).to_be_visible()
