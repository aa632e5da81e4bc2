"""What axe-core finds on every page and tab, in light and dark, on a screen and on a phone.

The pages of axe-core say what each rule is about: https://dequeuniversity.com/rules/axe.
"""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

from digits.runs import store as runs
from tests.browser.conftest import serving, settle
from tests.pages.conftest import copy_run

TABS = {
    "draw": ("view", ["What the network sees", "Picture and path", "Why", "Inside the network", "My drawings"]),
    "explore": ("view", ["One digit", "Gallery", "What the network gets", "Facts", "Doubtful labels"]),
    "train": ("train_view", ["Set up", "Watch"]),
    "evaluate": ("evaluate_view", ["Mistakes", "Scores", "Robustness", "Map", "Break it"]),
    "lesson": (
        "lesson",
        ["From pixels to predictions", "Why does it misread my 7?", "Which one overfits?", "For teachers"],
    ),
    "glossary": ("term", ["softmax", "convolution"]),
    "compare": ("compare_view", ["Scores", "Disagreements", "Curves"]),
}
PLACES = ["", "compare", "glossary", *(f"{page}?{name}={tab}" for page, (name, tabs) in TABS.items() for tab in tabs)]
SERIOUS = ("serious", "critical")
ONLY_COLOURS = {"runOnly": ["color-contrast"]}  # nothing else changes with the scheme
FIGURES = {"exclude": [[".js-plotly-plot"]]}  # drawings, of which the page says in words what they show


@pytest.fixture(scope="module")
def address(trained_home, tmp_path_factory):
    """A server with two finished runs, for all tests of this file."""
    home = tmp_path_factory.mktemp("accessible") / "home"
    shutil.copytree(trained_home, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(home))
        patch.setenv("DIGITS_WARM", "0")
        [run] = runs.page()
        both = f"{run.id},{copy_run(run).id}"
        with serving(home) as address:
            yield lambda place: f"{address}/{place}" + (f"&compare={both}" if "compare_view" in place else "")


@pytest.mark.parametrize("place", PLACES, ids=[place or "home" for place in PLACES])
def test_no_page_or_tab_has_a_serious_violation_and_its_headings_are_in_order(visit, address, place):
    page = visit(address(place), color_scheme="light")
    settle(page)
    page.evaluate(Axe().axe_script)
    for width in (1280, 400):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(300)  # for the colours to change
            options = {"resultTypes": ["violations"]} | (ONLY_COLOURS if scheme == "dark" else {})
            found = page.evaluate("([where, how]) => axe.run(where, how)", [FIGURES, options])["violations"]
            serious = [
                (one["id"], node["target"], node["html"][:120], node["any"][:1])
                for one in found
                if one["impact"] in SERIOUS
                for node in one["nodes"]
            ]
            assert not serious, (width, scheme, serious)
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(one => +one.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), levels
