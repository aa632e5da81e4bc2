"""What axe-core finds on every page and tab, in light and dark, on a screen and on a phone, which none is wider than.

The pages of axe-core say what each rule is about: https://dequeuniversity.com/rules/axe.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from digits.runs import store as runs
from tests.browser.conftest import go, new_tab, outside, plots_drawn, settle
from tests.browser.test_pages import PHONE, TOO_WIDE

# Each place with the tabs that are opened there, one after the other; the first is open already.
PLACES = {
    "": [],
    "compare": [],
    "glossary": [],
    "glossary?term=softmax": [],
    "glossary?term=convolution": [],
    "draw": ["What the network sees", "Picture and path", "Why", "Inside the network", "My drawings"],
    "explore": ["One digit", "Gallery", "What the network gets", "Facts", "Doubtful labels"],
    "train": ["Set up", "Watch"],
    "evaluate": ["Mistakes", "Scores", "Robustness", "Map", "Break it"],
    "lesson": ["From pixels to predictions", "Why does it misread my 7?", "Which one overfits?", "For teachers"],
    "compare?compare={both}": ["Scores", "Disagreements", "Curves"],
}
LOOKS = [(1280, "dark"), (1280, "light"), (PHONE, "light")]
SERIOUS = ("serious", "critical")
ONLY_COLOURS = {"runOnly": ["color-contrast"]}  # nothing else changes with the scheme
FIGURES = {"exclude": [[".js-plotly-plot"]]}  # drawings, of which the page says in words what they show
IS_SHOWN_IN = """scheme => {
  const [red] = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor.match(/\\d+/g);
  return (red > 127) === (scheme === "light");
}"""


@pytest.fixture(scope="module")
def page(chromium, address_with_runs):
    """A page of the app with axe-core, on which one place after the other is opened."""
    page = new_tab(chromium, {})
    page.goto(address_with_runs)
    page.wait_for_selector("h1")
    page.evaluate(Axe().axe_script)
    outside.clear()
    yield page
    page.context.close()
    assert not outside


@pytest.mark.parametrize("place", PLACES, ids=[place.partition("={")[0] or "home" for place in PLACES])
def test_no_page_or_tab_has_a_serious_violation_its_headings_are_in_order_and_it_fits_a_phone(
    page, server_with_runs, place
):
    go(page, f"/{place.format(both=','.join(run.id for run in runs.page()))}")
    looks = LOOKS
    for tab in PLACES[place] or [""]:
        if tab:
            page.get_by_role("tab", name=tab, exact=True).click()
            expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute("aria-selected", "true")
        for width, scheme in looks:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(IS_SHOWN_IN, arg=scheme)
            settle(page)
            options = {"resultTypes": ["violations"]} | (ONLY_COLOURS if scheme == "dark" else {})
            found = page.evaluate("([where, how]) => axe.run(where, how)", [FIGURES, options])["violations"]
            serious = [
                (one["id"], node["target"], node["html"][:120], node["any"][:1])
                for one in found
                if one["impact"] in SERIOUS
                for node in one["nodes"]
            ]
            assert not serious, (tab, width, scheme, serious)
            if width == PHONE:
                plots_drawn(page)
                assert not (wide := page.evaluate(TOO_WIDE)), (tab, wide)
        looks = looks[::-1]  # the next tab begins as this one ends: each change draws the whole page again
        levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(one => +one.tagName[1])")
        assert levels[0] == 1 and levels.count(1) == 1, tab
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), (tab, levels)


def test_the_main_button_of_a_popover_can_be_read(page, server_with_runs):
    page.set_viewport_size({"width": 1280, "height": 900})
    go(page, "/train?train_view=Watch")
    page.get_by_role("button", name="Continue").click()
    page.get_by_test_id("stPopoverBody").get_by_test_id("stBaseButton-primary").wait_for()
    there = '[data-testid="stPopoverBody"] [data-testid="stBaseButton-primary"]'
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(IS_SHOWN_IN, arg=scheme)
        settle(page)
        found = page.evaluate("([where, how]) => axe.run(where, how)", [there, ONLY_COLOURS])
        assert found["passes"] and not found["violations"], scheme
