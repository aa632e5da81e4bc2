"""A picture on the Draw page: pasted, marked, cut and turned."""

import base64
import os

import cv2
import numpy as np
from playwright.sync_api import expect

from tests.browser.conftest import box_at_rest, settle
from tests.inference.photos import FOUR, SEVEN, photo, written

TWO = photo(written((420, 900), [(SEVEN, 100, 100, 220), (FOUR, 600, 100, 220)]))
PASTE = """async (url) => {
  const blob = await (await fetch(url)).blob();
  const transfer = new DataTransfer();
  transfer.items.add(new File([blob], "picture.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true }));
}"""


def data_url(picture):
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", picture[..., ::-1])[1]).decode()


def test_a_picture_is_pasted_and_a_box_dragged_around_one_of_its_digits(visit, shared_server):
    page = visit(f"{shared_server}/draw?model=starter")
    page.get_by_role("button", name="Picture").click()
    expect(page.get_by_role("button", name="Paste a picture")).to_be_visible()
    page.evaluate(PASTE, data_url(TWO))
    picture = page.get_by_alt_text("Your picture with the paper and the ink marked")
    expect(picture).to_be_visible()
    answer = page.locator(".st-key-draw_answer [data-testid=stMetricValue]")
    expect(answer).to_have_text("74")
    settle(page)
    box = box_at_rest(picture)
    page.mouse.move(box["x"] + 0.05 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.9 * box["height"], steps=5)
    page.mouse.up()
    expect(answer).to_have_text("7")
    page.get_by_role("button", name="Whole picture").click()
    expect(answer).to_have_text("74")
    frame = page.get_by_role("group", name="Crop")
    frame.focus()
    for keys in ["ArrowRight"] * 13 + ["Shift+ArrowDown"] * 10 + ["ArrowUp"] * 8:  # to the right half, where the 4 is
        frame.press(keys)
    frame.press("Enter")
    expect(answer).to_have_text("4")
    page.get_by_role("button", name="Whole picture").click()
    expect(answer).to_have_text("74")
    if shots := os.environ.get("DIGITS_SHOTS"):
        page.get_by_text("Read all rows").click()
        expect(page.get_by_text("Download CSV")).to_be_visible()
        page.screenshot(path=f"{shots}/rows.png", full_page=True)


def test_a_photo_of_a_phone_is_uploaded_turned_and_removed(visit, shared_server):
    page = visit(f"{shared_server}/draw?model=starter", width=360, height=740)
    page.get_by_role("button", name="Picture").click()
    turned = np.ascontiguousarray(np.rot90(photo(written((420, 420), [(SEVEN, 130, 100, 220)]))))
    content = cv2.imencode(".jpg", turned[..., ::-1])[1].tobytes()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": content}
    )
    page.get_by_role("button", name="Turn right").click()
    expect(page.locator(".st-key-draw_answer [data-testid=stMetricValue]")).to_have_text("7")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if shots := os.environ.get("DIGITS_SHOTS"):
        page.screenshot(path=f"{shots}/phone.png", full_page=True)
    page.get_by_role("button", name="Remove picture").click()
    expect(page.locator("input[type=file]").first).to_be_attached()
