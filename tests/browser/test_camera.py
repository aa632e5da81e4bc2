from playwright.sync_api import expect

from tests.browser.conftest import settle


def test_a_photo_is_taken_with_the_camera_and_shown(visit, shared_server):
    page = visit(f"{shared_server}/draw", permissions=["camera"])
    page.get_by_role("button", name="Picture").click()
    page.get_by_text("Camera", exact=True).click()
    page.wait_for_function("document.querySelector('video')?.videoWidth > 0")  # before it, there is no picture to take
    settle(page)  # the click would be lost in the middle of a rerun
    page.get_by_role("button", name="Take Photo").click()
    expect(page.get_by_role("button", name="Remove picture")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
