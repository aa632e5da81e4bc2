import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import box_at_rest, settle


def test_from_home_the_canvas_is_one_click_away_and_above_the_fold(visit, shared_server):
    page = visit(shared_server, width=1280, height=710)
    button = page.get_by_role("button", name="Draw a digit now")
    expect(button).to_be_in_viewport()
    button.click()
    page.locator("canvas.upper-canvas").wait_for()


def test_the_steps_fill_the_width_as_equal_cards_that_are_links_as_a_whole(visit, shared_server):
    page = visit(shared_server, width=1280)
    settle(page)
    cards = page.locator("[class*=st-key-home_step_]")
    box_at_rest(cards.last)
    boxes = [card.bounding_box() for card in cards.all()]
    assert len(boxes) == 4 and len({(round(box["y"]), round(box["width"]), round(box["height"])) for box in boxes}) == 1
    assert boxes[3]["x"] + boxes[3]["width"] - boxes[0]["x"] > 1000
    cards.nth(1).click(position={"x": 20, "y": 12})  # a corner of it, far from its words
    page.wait_for_url(re.compile("/train"))


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_the_picture_on_home_stands_still_for_those_who_want_no_motion(visit, shared_server, wish, moves):
    page = visit(shared_server, reduced_motion=wish)
    page.get_by_role("img", name="A 7 is drawn").wait_for()
    settle(page)
    running = "document.getAnimations().filter(one => one.animationName?.endsWith('-stroke')).length"
    if moves:
        page.wait_for_function(f"{running} > 0")
    else:
        assert page.evaluate(running) == 0
