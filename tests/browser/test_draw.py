from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, box_at_rest, forget, settle
from tests.conftest import wait_until

ONE = [[(200, 60), (195, 190), (190, 320)]]
SEVEN = [[(100, 80), (280, 80)], [(280, 80), (220, 200), (170, 320)]]


def draw(page, strokes, *, at_once=False):
    """Draw with the mouse. at_once: as soon as the canvas is there, whatever else the page still does."""
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    if not at_once:
        settle(page)
    box = canvas.bounding_box() if at_once else box_at_rest(canvas)
    for (x, y), *rest in strokes:
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
        page.mouse.up()


def expect_answer(page, digit):
    expect(page.get_by_test_id("stMetricValue")).to_have_text(digit)


def expect_ink(page):
    """Wait until the canvas is white where a SEVEN is; for a moment the one that it replaces may be there, too."""
    pixel = "all => all.map(canvas => canvas.getContext('2d').getImageData(190, 80, 1, 1).data[0])"
    wait_until(lambda: page.locator("canvas.dc-canvas.lower-canvas").evaluate_all(pixel) == [255], seconds=PATIENCE)


def test_a_stroke_drawn_the_moment_the_canvas_appears_is_not_lost(visit, shared_server):
    page = visit(shared_server)
    for _ in range(2):
        forget(page, shared_server)
        page.goto(f"{shared_server}/draw")
        draw(page, ONE, at_once=True)
        expect_answer(page, "1")


def test_a_stroke_is_predicted_without_a_button_and_taken_back_by_button_and_keyboard(visit, shared_server):
    page = visit(f"{shared_server}/draw")
    page.get_by_text("There is nothing on the canvas yet").wait_for()
    draw(page, ONE)
    expect_answer(page, "1")
    expect(page.locator(".probability-bars")).to_have_count(1)
    expect(page.get_by_role("img", name="Your digit as 28 by 28 pixels")).to_be_visible()
    page.get_by_role("button", name="Undo Shortcut").click()
    page.get_by_text("There is nothing on the canvas yet").wait_for()
    page.get_by_role("button", name="Redo Shortcut").click()
    expect_answer(page, "1")
    page.keyboard.press("Control+z")
    page.get_by_text("There is nothing on the canvas yet").wait_for()
    draw(page, SEVEN)
    expect_answer(page, "7")
    page.get_by_role("button", name="Clear Shortcut").click()
    page.get_by_text("There is nothing on the canvas yet").wait_for()


def test_a_drawing_is_still_on_the_canvas_after_a_look_at_a_picture_or_another_page(visit, shared_server):
    page = visit(f"{shared_server}/draw")
    draw(page, SEVEN)
    expect_answer(page, "7")
    page.get_by_role("link", name="Home").first.click()
    page.get_by_role("heading", name="Digits").wait_for()
    page.get_by_role("link", name="Draw").first.click()
    expect_ink(page)
    page.get_by_role("button", name="Picture").click()
    page.locator("input[type=file]").wait_for(state="attached")
    page.get_by_role("button", name="Canvas").click()
    expect_ink(page)
    expect_answer(page, "7")


def test_a_finger_draws_and_the_page_does_not_scroll(visit, shared_server):
    page = visit(f"{shared_server}/draw", width=390, height=844, has_touch=True, is_mobile=True)
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    settle(page)
    box = box_at_rest(canvas)
    assert box["x"] + box["width"] <= 390 - 16  # all of it is seen, with a margin to scroll by
    scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch = page.context.new_cdp_session(page)
    points = [{"x": box["x"] + 180, "y": box["y"] + 60 + 20 * step} for step in range(12)]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect_answer(page, "1")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scrolled
