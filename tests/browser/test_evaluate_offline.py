"""Evaluate as somebody without a network meets it, at every width."""

from playwright.sync_api import expect

from tests.browser.conftest import box_at_rest, settle


def test_the_starters_mistakes_are_seen_without_a_download_and_nothing_is_cut_off(visit, shared_server):
    page = visit(f"{shared_server}/evaluate", width=360)
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


def test_a_figure_is_saved_as_a_picture_and_its_table_as_csv(visit, shared_server):
    page = visit(f"{shared_server}/evaluate")
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
