"""All rows of a picture on the Draw page: a table over the photo, corrected digit by digit, and as CSV."""

import csv
import io

import numpy as np
import pytest
import streamlit as st

from digits.drawings import store
from tests.inference.photos import COMMA, FOUR, ONE, SEVEN, photo, written
from tests.pages.conftest import click, texts
from tests.pages.test_upload import jpeg, upload

PHOTO = photo(written((300, 300), [(SEVEN, 30, 40, 80), (COMMA, 85, 40, 80), (FOUR, 150, 40, 80), (ONE, 40, 180, 80)]))


@pytest.fixture
def files(monkeypatch):
    """What is offered for download, by its name."""
    offered, plain = {}, st.download_button

    def download_button(label, data, file_name, *arguments, **options):
        offered[file_name] = data
        return plain(label, data, file_name, *arguments, **options)

    monkeypatch.setattr(st, "download_button", download_button)
    return offered


@pytest.fixture
def edit(monkeypatch):
    """edit([...]) puts digits into the table in place of those that are read; None stays. Without, nothing changes."""
    changes = []

    def data_editor(table, **_):
        digits = [
            old if new is None else new for old, new in zip(table["digit"], changes or table["digit"], strict=True)
        ]
        return {**table, "digit": digits}

    monkeypatch.setattr(st, "data_editor", data_editor)
    return changes.extend


@pytest.fixture
def page(open_page, with_sample, files, edit):
    """The Draw page with the rows of the photo."""
    page = open_page("draw", model="starter")
    page.button(key="draw_choose_Picture").click().run()
    upload(page, "rows.jpg", jpeg(PHOTO))
    page.toggle(key="draw_rows").set_value(True).run()
    assert not page.exception
    return page


def rows(files):
    return list(csv.DictReader(io.StringIO(files["digits.csv"])))


def test_the_rows_are_a_table_and_a_csv_file_without_the_comma(page, files):
    assert not page.metric and "look like a digit" not in texts(page)  # as one digit they would not
    assert [code.value for code in page.code] == ["7,4\n1"] and "A comma, a point or a dash" in texts(page)
    listed = rows(files)
    assert [(row["row"], row["position"], row["digit"]) for row in listed] == [
        ("1", "1", "7"), ("1", "2", "4"), ("2", "1", "1")
    ]  # fmt: skip
    assert all(0.9 < float(row["probability"]) <= 1 for row in listed)
    assert abs(int(listed[2]["left"]) - 45) < 10 and abs(int(listed[2]["top"]) - 180) < 10
    assert not any("Save corrections" in button.label for button in page.button)


def test_corrected_digits_are_saved_under_my_drawings_and_are_in_the_csv(page, files, edit):
    edit([None, 9, 7])
    click(page.run(), "Save corrections to My drawings")
    assert sorted(drawing.label for drawing in store.drawings()) == [7, 9]
    assert all(drawing.seen.max() > 200 and drawing.strokes == [] for drawing in store.drawings())
    assert [row["digit"] for row in rows(files)] == ["7", "9", "7"] and page.toast[0].value.startswith("Saved")


def test_a_digit_that_is_cleared_has_none_in_the_csv_and_is_not_saved(page, files, edit):
    edit([None, np.nan, None])
    page.run()
    assert [row["digit"] for row in rows(files)] == ["7", "", "1"]
    assert not page.exception and not any("Save corrections" in button.label for button in page.button)
