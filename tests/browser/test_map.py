from playwright.sync_api import expect

from digits.evaluation import features
from tests.browser.conftest import serving, settle


def test_a_click_on_the_map_opens_the_digit_there(visit, with_run, digits_home):
    features.compute(with_run, "tutorial")
    with serving(digits_home) as address:
        page = visit(f"{address}/evaluate?model={with_run.id}&evaluate_view=Map&map=PCA")
        page.locator(".js-plotly-plot .gl-canvas").first.wait_for(state="attached")
        number = page.get_by_label("Index in the test set")
        before = number.input_value()
        settle(page)
        page.wait_for_timeout(1000)  # WebGL draws the points
        box = page.locator(".st-key-evaluate_map_chart .nsewdrag").bounding_box()
        for row in range(1, 12):  # somewhere in the cloud there is a point within a click's reach
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * row / 12)
            page.wait_for_timeout(700)
            if number.input_value() != before:
                break
        expect(number).not_to_have_value(before)
        assert not page.get_by_test_id("stException").count()
