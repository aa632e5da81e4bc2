"""Digits of one's own, from a file to the Train page."""

import numpy as np
import pytest
from playwright.sync_api import expect

from digits.data import own_sources
from digits.data.dataset import open_dataset
from digits.storage.home import home
from tests.browser.conftest import box_at_rest, go, settle
from tests.data.reading.files import csv


@pytest.fixture
def server(shared_server):
    """The address of the shared server, on which nothing added stays."""
    yield shared_server
    for name in own_sources.known():
        own_sources.remove(name)


def test_kaggles_table_becomes_a_source_to_explore_and_to_train_on(visit, server):
    digits = open_dataset("sample")
    table = csv(np.array(digits.images[:200]), np.array(digits.labels[:200]))
    page = visit(f"{server}/explore", width=400, height=800)
    page.get_by_role("button", name="Add data").click()
    page.locator("input[type=file]").set_input_files({"name": "train.csv", "mimeType": "text/csv", "buffer": table})
    expect(page.get_by_role("heading", name="200 digits read")).to_be_visible()  # by a worker
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.reload()  # what was read is still there
    expect(page.get_by_role("heading", name="200 digits read")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Class 7a")
    settle(page)
    licence = page.get_by_role("combobox", name="Licence")
    licence.scroll_into_view_if_needed()
    box_at_rest(licence)  # on a phone a list closes while the page still scrolls to it
    licence.click()
    page.get_by_role("option", name="CC0 1.0").click()
    page.get_by_role("textbox", name="Origin").fill("our class")
    page.get_by_role("button", name="Keep digits").click()
    expect(page.get_by_text("class-7a: 200 digits added.")).to_be_visible()
    settle(page)
    assert "source=class-7a" in page.url
    assert not any((home() / "uploads").iterdir())
    go(page, "/train")
    page.get_by_text("class-7a").click()
    expect(page.get_by_text("The network learns from 127 digits.")).to_be_visible()
