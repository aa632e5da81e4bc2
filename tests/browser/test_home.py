import re

from playwright.sync_api import expect

from tests.browser.conftest import box_at_rest, settle
from tests.browser.test_draw import ONE, draw, expect_answer


def test_a_newcomer_needs_two_actions_to_a_prediction_and_the_first_is_above_the_fold(visit, shared_server):
    page = visit(shared_server, width=1280, height=710)
    button = page.get_by_role("button", name="Draw a digit now")
    expect(button).to_be_in_viewport()
    button.click()
    draw(page, ONE)
    expect_answer(page, "1")


def test_the_steps_are_equal_cards_that_are_links_as_a_whole_and_the_picture_stands_still_on_demand(
    visit, shared_server
):
    page = visit(shared_server, width=1280)
    page.get_by_role("img", name="A 7 is drawn").wait_for()
    settle(page)
    running = "document.getAnimations().filter(one => one.animationName?.endsWith('-stroke')).length"
    page.wait_for_function(f"{running} > 0")
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_function(f"{running} === 0")
    cards = page.locator("[class*=st-key-home_step_]")
    box_at_rest(cards.last)
    boxes = [card.bounding_box() for card in cards.all()]
    assert len(boxes) == 4 and len({(round(box["y"]), round(box["width"]), round(box["height"])) for box in boxes}) == 1
    assert boxes[3]["x"] + boxes[3]["width"] - boxes[0]["x"] > 1000
    cards.nth(1).click(position={"x": 20, "y": 12})  # a corner of it, far from its words
    page.wait_for_url(re.compile("/train"))
