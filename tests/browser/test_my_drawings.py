"""My drawings as a user meets them: draw, label, find the drawing in the list, export it, import it again."""

import json
import zipfile

from tests.browser.conftest import settle
from tests.browser.test_draw import ONE, draw, expect_answer


def test_a_drawing_is_labelled_listed_exported_deleted_and_imported(visit, shared_server, tmp_path):
    page = visit(f"{shared_server}/draw?view=My+drawings")
    draw(page, ONE)
    expect_answer(page, "1")
    page.get_by_role("radio", name="7", exact=True).click()
    page.get_by_text("Saved under My drawings with the label 7.").wait_for()
    page.get_by_text("Drawings: 1, misclassified: 1").wait_for()

    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    with zipfile.ZipFile(file) as packed:
        [row] = json.loads(packed.read("digits.json"))["drawings"]
        assert row["label"] == 7 and f"strokes/7-{row['id']}.json" in packed.namelist()

    page.get_by_role("button", name="Delete all", exact=True).click()
    page.get_by_role("button", name="Delete all drawings").click()
    page.get_by_text("No drawing yet. Draw a digit").wait_for()
    page.get_by_role("button", name="Import").click()
    (tmp_path / "none.zip").write_bytes(b"hello")
    page.locator("input[type=file]").set_input_files([file, tmp_path / "none.zip"])
    page.get_by_text("New drawings: 1. Already here: 0.").wait_for()
    page.get_by_text("This isn't a zip file").wait_for()
    page.get_by_text("Drawings: 1, misclassified: 1").wait_for()
    settle(page)
    assert page.get_by_test_id("stException").count() == 0
