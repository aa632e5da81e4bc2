"""Numbers on the canvas, recognised without a switch."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_draw import draw, expect_answer

# Strokes of 4, 1 and 7 in px of the canvas.
FOUR = [[(62, 120), (30, 190), (100, 192)], [(84, 160), (80, 240)]]
ONE = [[(160, 120), (156, 240)]]
SEVEN = [[(220, 124), (290, 122), (262, 180), (246, 240)]]


def test_a_number_grows_digit_by_digit_and_stays_in_one_line(visit, shared_server):
    page = visit(f"{shared_server}/draw", width=360)
    draw(page, FOUR)
    expect_answer(page, "4")
    height = page.get_by_test_id("stMetricValue").bounding_box()["height"]
    draw(page, ONE)
    expect_answer(page, "41")
    draw(page, SEVEN)
    expect_answer(page, "417")
    expect(page.get_by_text("Confidence: 4")).to_be_visible()
    expect(page.locator(".probability-bars")).to_have_count(3)
    assert page.get_by_test_id("stMetricValue").bounding_box()["height"] == pytest.approx(height, abs=2)
