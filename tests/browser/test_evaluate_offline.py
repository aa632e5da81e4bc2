"""Evaluate as somebody without a network meets it, at every width."""

import shutil

import pytest
from playwright.sync_api import expect

from digits.evaluation import evaluate
from digits.runs import store as runs
from tests.browser.conftest import box_at_rest, serving, settle


@pytest.fixture(scope="module")
def server_with_evaluated_starter(sample_data, tmp_path_factory):
    """A server whose home has the digits that come with the app and the starter's predictions of them."""
    home = tmp_path_factory.mktemp("evaluated") / "home"
    shutil.copytree(sample_data, home / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(home))
        evaluate.evaluate(runs.get("starter"), "optdigits")
        with serving(home) as address:
            yield address


def test_the_starters_mistakes_are_seen_without_a_download_and_nothing_is_cut_off(visit, server_with_evaluated_starter):
    page = visit(f"{server_with_evaluated_starter}/evaluate", width=360)
    for width in (360, 820, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.get_by_role("heading", name="97.8%: 40 of 1,797 misclassified", level=2).wait_for()
        settle(page)
        box_at_rest(page.locator(".st-key-evaluate_sheet .imagelayer image"))
        worst = page.locator("figure img")
        expect(worst).to_have_count(8)
        for picture in worst.all():
            expect(picture).to_have_js_property("naturalWidth", 28)
        right = page.evaluate(
            "Math.max(...[...document.querySelectorAll('[data-testid=stMain] :is([class*=st-key-], figure)')]"
            ".map(element => element.getBoundingClientRect().right))"
        )
        assert right <= width


def test_a_figure_is_saved_as_a_picture_and_its_table_as_csv(visit, server_with_evaluated_starter):
    page = visit(f"{server_with_evaluated_starter}/evaluate")
    matrix = page.locator(".st-key-evaluate_confusion")
    matrix.locator(".heatmaplayer").wait_for()
    settle(page)
    matrix.hover()
    with page.expect_download() as picture:
        matrix.locator(".modebar-btn[data-title*=PNG]").click()
    assert picture.value.suggested_filename == "evaluate-confusion.png"
    page.locator(".st-key-evaluate_confusion_table summary").click()
    with page.expect_download() as numbers:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    rows = numbers.value.path().read_text(encoding="utf-8").splitlines()
    assert len(rows) == 11 and rows[0].startswith("Label,") and rows[1].split(",")[:2] == ["0", "178"]
