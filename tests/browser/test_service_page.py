"""The page of the prediction service, and the JavaScript of its docs, in Chromium; nothing is asked from elsewhere."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.commands.test_serve import DOCS, IMAGE, serving
from tests.service.conftest import png


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home")) as (_, address):
        yield address


def test_the_page_predicts_a_picture_and_says_what_is_wrong_with_another(visit, address):
    page = visit(f"{address}/")
    page.get_by_label("Picture").set_input_files({"name": "7.png", "mimeType": "image/png", "buffer": png(IMAGE, 140)})
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_role("status")).to_contain_text('"digit": 7')
    page.get_by_label("Read all rows").check()
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_role("status")).to_contain_text('"text": "7"')
    page.get_by_label("Picture").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"nothing"})
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_role("status")).to_contain_text("isn't a picture")


def test_the_page_shows_every_path_and_how_to_use_it_without_a_serious_violation(visit, address):
    page = visit(f"{address}/api", width=360)
    expect(page.locator("details")).to_have_count(14)
    page.get_by_text("POST /api/predict", exact=True).click()
    expect(page.locator("details[open]")).to_contain_text("multipart/form-data")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(Axe().axe_script)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run()")["violations"]
        assert not [one["id"] for one in found if one["impact"] in ("serious", "critical")]


def test_the_javascript_of_the_docs_works_on_a_page_of_the_same_address(visit, address):
    (script,) = re.findall(r"```javascript\n(.*?)```", DOCS, re.DOTALL)
    page = visit(f"{address}/api")
    with page.expect_console_message() as said:
        page.evaluate(f"async () => {{ {script.replace('http://127.0.0.1:8502', address)} }}")
    assert re.fullmatch(r"7 0\.\d+", said.value.text)
