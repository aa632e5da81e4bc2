import re

from playwright.sync_api import expect

from digits.runs import store as runs
from tests.browser.conftest import box_at_rest, serving, settle
from tests.pages.conftest import copy_run

ROW, CHECKBOX = 35, 20  # px: the height of a row, and where its checkbox is


def is_chosen(page, *run_ids):
    page.wait_for_url(re.compile(re.escape(f"compare={'%2C'.join(run_ids)}") + "$"))
    settle(page)


def test_runs_are_ticked_by_keyboard_and_by_mouse_and_unticked_at_once(visit, with_run, digits_home):
    other = copy_run(with_run)
    runs.rename(with_run.id, "<b>mine</b>")
    with serving(digits_home) as address:
        page = visit(f"{address}/compare")
        table = page.get_by_test_id("stDataFrame").first
        table.locator("td").first.wait_for(state="attached")  # of the table for keyboards, which comes later
        settle(page)
        page.get_by_label("Find a run").focus()
        for _ in range(8):  # over the tools of the table
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName === 'TD'"):
                break
        page.keyboard.press("Shift+Space")
        is_chosen(page, with_run.id)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+Space")
        is_chosen(page, with_run.id, other.id)

        page.get_by_role("button", name="Untick all").click()
        page.wait_for_url(lambda url: "compare=" not in url)
        settle(page)
        table.scroll_into_view_if_needed()
        for row, chosen in ((2, ["starter"]), (0, ["starter", with_run.id])):
            box = box_at_rest(table)
            page.mouse.click(box["x"] + CHECKBOX, box["y"] + ROW * (row + 1.5))
            is_chosen(page, *chosen)
        page.get_by_role("tab", name="Curves").click()
        legend = page.locator(".js-plotly-plot .legendtext")
        expect(legend.last).to_contain_text("<b>mine</b>")  # letter for letter, in a figure, too
        assert not page.get_by_test_id("stException").count()
