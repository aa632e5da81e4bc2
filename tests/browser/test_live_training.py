"""Draw while it trains: here, a training that goes on where the test says so."""

from playwright.sync_api import expect

from digits.runs import store as runs
from digits.runs import updates
from tests.browser.conftest import serving
from tests.browser.test_draw import SEVEN, draw, expect_answer, expect_ink
from tests.conftest import wait_until
from tests.pages.conftest import execute
from tests.pages.test_live_training import live_run as live_run


def bars(page):
    """The widths of the ten bars, as they are now."""
    return page.locator(".probability-bars i").evaluate_all("all => all.map(one => one.style.width)")


def test_the_bars_of_a_drawing_move_while_a_network_trains_and_an_epoch_can_be_chosen(visit, digits_home, live_run):
    with serving(digits_home) as address:
        page = visit(f"{address}/draw")
        draw(page, SEVEN)
        expect_answer(page, "7")
        page.get_by_role("button", name="Follow it").click()
        page.get_by_text("Following").wait_for()
        page.get_by_text("After epoch 2").wait_for()
        expect_ink(page)  # the drawing came along
        canvas = page.locator("canvas.upper-canvas").element_handle()
        seen = wait_until(lambda: len(found := bars(page)) == 10 and found)
        updates.add_file(live_run.id, "snapshot", 3, runs.files(live_run.id, "snapshot")[0])  # here, the first again
        page.get_by_text("After epoch 3").wait_for()
        wait_until(lambda: len(now := bars(page)) == 10 and now != seen)
        execute("UPDATE tasks SET state = 'stopped' WHERE id = ?", live_run.task_id)
        page.get_by_role("slider", name="Epoch").wait_for()
        expect(page.get_by_text("After epoch 3")).to_be_visible()
        page.get_by_role("slider", name="Epoch").press("Home")
        page.get_by_text("Before training").wait_for()
        assert canvas.evaluate("canvas => canvas.isConnected")  # the same canvas all along, with the drawing on it
