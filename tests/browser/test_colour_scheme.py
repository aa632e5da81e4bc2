"""What follows when the system, or the visitor in the settings, changes between light and dark while a page is open."""

from playwright.sync_api import expect

from tests.browser.conftest import plots_drawn, settle
from tests.browser.test_accessibility import IS_SHOWN_IN

COLOURS = """() => [...new Set([...document.querySelectorAll('[data-testid=stMain] *')]
    .filter(one => one.checkVisibility()).map(one => {
        const look = getComputedStyle(one);
        return [one.closest('[data-testid=stPlotlyChart]')?.ariaLabel, one.tagName, one.href?.baseVal, look.color,
                look.backgroundColor, look.borderColor, look.fill, look.stroke].join("; ");
    }))].sort()"""
"""Of everything on the page and in its figures; the pictures in these as they are."""


def test_a_page_whose_scheme_changes_looks_like_one_that_was_opened_in_it(visit, shared_server):
    page = visit(f"{shared_server}/explore?view=What+the+network+gets")  # bars, heatmaps, pictures and a table's fold
    looks = []
    for scheme in ("light", "dark", None):
        if scheme:
            page.emulate_media(color_scheme=scheme)
        else:
            page.reload()
        page.wait_for_function(IS_SHOWN_IN, arg=scheme or "dark")
        expect(page.locator(".js-plotly-plot")).to_have_count(3)
        settle(page)
        plots_drawn(page)
        looks.append(page.evaluate(COLOURS))
    light, changed, opened = looks
    assert changed == opened != light
