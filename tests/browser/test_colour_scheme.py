"""What follows when the system, or the visitor in the settings, changes between light and dark while a page is open."""

import pytest
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


@pytest.mark.parametrize("place", ["explore?view=What+the+network+gets", "train?train_view=Watch"])
def test_a_page_whose_scheme_changes_looks_like_one_that_was_opened_in_it(visit, server_with_runs, place):
    page = visit(f"{server_with_runs}/{place}")
    page.emulate_media(color_scheme="light")
    looks = []
    for scheme in ("light", "dark", None):
        if scheme:
            page.emulate_media(color_scheme=scheme)
        else:
            page.reload()
        page.wait_for_function(IS_SHOWN_IN, arg=scheme or "dark")
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        settle(page)
        plots_drawn(page)
        looks.append(page.evaluate(COLOURS))
    light, changed, opened = looks
    assert changed == opened != light
