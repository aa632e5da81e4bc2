import re

import pytest
from playwright.sync_api import expect

from digits.runs import store as runs
from tests.browser.conftest import box_at_rest, settle

ROW, CHECKBOX = 35, 20  # px: the height of a row, and where its checkbox is


def is_chosen(page, *run_ids):
    page.wait_for_url(re.compile(re.escape(f"compare={'%2C'.join(run_ids)}") + "$"))
    settle(page)


@pytest.fixture
def two_runs(server_with_runs):
    """The two runs of the server; the newer one has a name of HTML."""
    run, other = runs.page()
    runs.rename(run.id, "<b>mine</b>")
    yield run, other
    runs.rename(run.id, "")


def test_runs_are_ticked_by_keyboard_and_by_mouse_and_unticked_at_once(visit, server_with_runs, two_runs):
    run, other = two_runs
    page = visit(f"{server_with_runs}/compare")
    table = page.get_by_test_id("stDataFrame").first
    table.locator("td").first.wait_for(state="attached")  # of the table for keyboards, which comes later
    settle(page)
    page.get_by_label("Find a run").focus()
    for _ in range(8):  # over the tools of the table
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName === 'TD'"):
            break
    page.keyboard.press("Shift+Space")
    is_chosen(page, run.id)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    is_chosen(page, run.id, other.id)

    page.get_by_role("button", name="Untick all").click()
    page.wait_for_url(lambda url: "compare=" not in url)
    settle(page)
    table.scroll_into_view_if_needed()
    for row, chosen in ((2, ["starter"]), (0, ["starter", run.id])):
        box = box_at_rest(table)
        page.mouse.click(box["x"] + CHECKBOX, box["y"] + ROW * (row + 1.5))
        is_chosen(page, *chosen)
    page.get_by_role("tab", name="Curves").click()
    legend = page.locator(".js-plotly-plot .legendtext")
    expect(legend.last).to_contain_text("<b>mine</b>")  # letter for letter, in a figure, too
    assert not page.get_by_test_id("stException").count()
