import pytest
from playwright.sync_api import expect

from tests.browser.conftest import box_at_rest, go, plots_drawn, settle

PHONE = 400  # px
# What ends to the right of it. Nobody sees the input of a slider; it is there for screen readers.
TOO_WIDE = (
    "[...document.querySelectorAll('[data-testid=stMain] *')].filter(e => e.getBoundingClientRect().right > 401"
    " && getComputedStyle(e).position !== 'fixed' && !e.closest('[data-testid=stTabs] [role=tablist]')"
    " && !e.closest('[data-testid=stDataFrame]') && e.type !== 'range')"
    ".map(e => e.tagName + '.' + e.className).slice(0, 3)"
)


def test_a_page_opens_by_its_link_right_after_a_start(visit, server):
    """As the very first visit of a server, which once ended in Streamlit's old kind of pages."""
    page = visit(f"{server}/draw")
    page.get_by_role("heading", name="Draw", level=1).wait_for()
    settle(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not page.get_by_test_id("stException").count()
    for name in ("Home", "Explore", "Train", "Evaluate", "Compare", "Draw"):
        expect(page.get_by_role("link", name=name).first).to_be_attached()


def test_where_nothing_was_trained_no_page_is_wider_than_a_phone_either(visit, shared_server):
    page = visit(f"{shared_server}/evaluate", width=PHONE, height=800)
    fits(page)
    go(page, "/compare")
    fits(page)


def fits(page):
    page.locator("h1").wait_for()
    settle(page)
    plots_drawn(page)
    assert not (wide := page.evaluate(TOO_WIDE)), wide


GAP = """(([first, second]) => second.getBoundingClientRect().top - first.getBoundingClientRect().bottom)(
    [...document.querySelectorAll('[data-testid=stColumn]')])"""


def test_on_a_phone_no_figure_or_gap_is_too_large_no_digit_is_hidden_and_the_menu_closes(visit, shared_server):
    page = visit(f"{shared_server}/explore", width=360, height=800)
    figure = page.locator(".js-plotly-plot").first
    expect(figure).to_be_visible()
    settle(page)
    box = box_at_rest(figure)
    assert box["height"] == pytest.approx(box["width"], abs=2)
    assert 0 <= page.evaluate(GAP) <= 17
    last = page.get_by_role("radiogroup").last.get_by_role("radio").last.bounding_box()
    assert last["x"] + last["width"] <= 360

    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("heading", name="Compare", level=1).wait_for()
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()  # else the menu covers the page


def test_letters_that_were_switched_off_stay_off_after_a_reload(visit, shared_server):
    page = visit(f"{shared_server}/explore")
    switch = page.get_by_test_id("stCheckbox").filter(has_text="Single-letter shortcuts")
    switch.click()
    page.wait_for_function("() => document.cookie.includes('digits_shortcuts=off')")
    page.reload()
    expect(switch.locator("input")).not_to_be_checked()
    expect(page.get_by_role("button", name="Next").locator("kbd")).to_have_count(0)
