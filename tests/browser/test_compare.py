import re

from playwright.sync_api import expect

from digits.runs import store as runs
from tests.browser.conftest import serving, settle
from tests.pages.conftest import copy_run

ROW, CHECKBOX = 35, 20  # px: the height of a row, and where its checkbox is


def is_chosen(page, *run_ids):
    page.wait_for_url(re.compile(re.escape(f"compare={'%2C'.join(run_ids)}") + "$"))
    settle(page)


def test_runs_are_ticked_by_mouse_and_by_keyboard_and_unticked_at_once(visit, with_run, digits_home):
    other = copy_run(with_run)
    runs.rename(with_run.id, "<b>mine</b>")
    with serving(digits_home) as address:
        page = visit(f"{address}/compare")
        table = page.get_by_test_id("stDataFrame").first
        table.wait_for()
        settle(page)
        table.scroll_into_view_if_needed()
        for row, chosen in ((2, ["starter"]), (0, ["starter", with_run.id])):
            box = table.bounding_box()
            page.mouse.click(box["x"] + CHECKBOX, box["y"] + ROW * (row + 1.5))
            is_chosen(page, *chosen)
        expect(page.get_by_role("tab", name="Scores")).to_be_visible()
        page.get_by_role("button", name="Untick all").click()
        page.wait_for_url(lambda url: "starter" not in url)
        settle(page)

        page.get_by_label("Find a run").focus()
        while page.evaluate("!document.activeElement.id.startsWith('glide-cell')"):
            page.keyboard.press("Tab")
        page.keyboard.press("Shift+Space")
        is_chosen(page, with_run.id)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+Space")
        is_chosen(page, with_run.id, other.id)
        page.goto(f"{page.url}&compare_view=Curves")
        legend = page.locator(".js-plotly-plot .legendtext")
        expect(legend.first).to_contain_text("<b>mine</b>")  # letter for letter, in a figure, too
        assert not page.get_by_test_id("stException").count()
