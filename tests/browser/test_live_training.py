"""Draw while it trains."""

from playwright.sync_api import expect

from digits.networks.settings import make_settings
from digits.runs import store as runs
from tests.browser.conftest import TRAINED
from tests.browser.test_draw import SEVEN, draw, expect_answer, expect_ink
from tests.conftest import wait_until


def bars(page):
    """The widths of the ten bars, as they are now."""
    return page.locator(".probability-bars i").evaluate_all("all => all.map(one => one.style.width)")


def test_the_bars_of_a_drawing_move_while_a_network_trains_and_an_epoch_can_be_chosen(visit, server):
    run = runs.create(make_settings(architecture="cnn", epochs=1000))  # the server gives it a worker
    page = visit(f"{server}/draw")
    draw(page, SEVEN)
    expect_answer(page, "7")
    page.get_by_role("button", name="Follow it").click()
    page.get_by_text("Following").wait_for()
    page.get_by_text("After epoch").wait_for(timeout=TRAINED)
    expect_ink(page)  # the drawing came along
    canvas = page.locator("canvas.upper-canvas").element_handle()
    label = page.get_by_text("After epoch").inner_text()
    seen = wait_until(lambda: len(found := bars(page)) == 10 and found)
    page.wait_for_function("label => !document.body.innerText.includes(label)", arg=label)
    wait_until(lambda: len(now := bars(page)) == 10 and now != seen)
    expect_answer(page, "7")
    runs.stop(run)
    page.get_by_role("slider", name="Epoch").wait_for(timeout=TRAINED)
    expect(page.get_by_text(f"After epoch {max(runs.files(run.id, 'snapshot'))}")).to_be_visible()
    page.get_by_role("slider", name="Epoch").press("Home")
    page.get_by_text("Before training").wait_for()
    assert canvas.evaluate("canvas => canvas.isConnected")  # the same canvas all along, with the drawing on it
