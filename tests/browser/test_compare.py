import re

from playwright.sync_api import expect

from digits.runs import store as runs
from tests.browser.conftest import serving, settle
from tests.pages.conftest import copy_run

ROW, CHECKBOX = 35, 20  # px: the height of a row, and where its checkbox is


def test_rows_of_the_table_are_selected_by_a_click_and_by_name(visit, with_run, digits_home):
    other = copy_run(with_run)
    with serving(digits_home) as address:
        page = visit(f"{address}/compare")
        table = page.get_by_test_id("stDataFrame").first
        table.wait_for()
        settle(page)
        table.scroll_into_view_if_needed()
        for row, chosen in ((2, "starter"), (0, f"starter,{with_run.id}")):
            box = table.bounding_box()
            page.mouse.click(box["x"] + CHECKBOX, box["y"] + ROW * (row + 1.5))
            page.wait_for_url(re.compile(re.escape(f"compare={chosen.replace(',', '%2C')}") + "$"))
            settle(page)
        expect(page.get_by_text("A: Starter model")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Remove Starter|^delete|Clear")).first.click()
        page.wait_for_url(lambda url: "starter" not in url)
        assert not page.get_by_test_id("stException").count()
    assert {run.id for run in runs.page()} == {with_run.id, other.id}
