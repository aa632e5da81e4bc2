"""The form under My drawings: offered to print, its photo checked, its digits added."""

import numpy as np
import pytest
import streamlit as st

from digits.drawings import store
from tests.drawings.form.filling import jpeg, page, photograph
from tests.pages.conftest import click, texts


@pytest.fixture(scope="module")
def photo():
    """A 2, a 4, a 7 below a printed 8, and a crossed-out 3."""
    return jpeg(photograph(page({3: 2, 15: 4, 39: 7, 24: 3}, {24})))


@pytest.fixture
def edit(monkeypatch):
    """edit(column, {box: value}) changes the table as a visitor does."""
    changes = {}

    def data_editor(table, **_):
        columns = {name: list(values) for name, values in table.items()}
        for column, values in changes.items():
            for box, value in values.items():
                columns[column][table["box"].index(box)] = value
        return columns

    monkeypatch.setattr(st, "data_editor", data_editor)
    return lambda column, values: changes.update({column: values})


def upload(open_page, content):
    shown = open_page("draw", model="starter", view="My drawings")
    shown.file_uploader(key="draw_form_photo_0").set_value(("form.jpg", content, "image/jpeg")).run()
    assert not shown.exception
    return shown


def test_a_form_is_checked_before_its_digits_are_added(open_page, with_sample, photo, edit):
    shown = upload(open_page, photo)
    assert "Digits: 4, empty boxes: 96." in texts(shown) and store.drawings() == []
    edit("label", {39: 7})
    edit("add", {3: False, 24: True})
    click(shown.run(), "Add 3 drawings")
    assert sorted(drawing.label for drawing in store.drawings()) == [3, 4, 7]
    assert shown.success[0].value == "New drawings: 3. Already here: 0." and "Check the form" not in texts(shown)


def test_a_label_that_is_cleared_leaves_its_digit_out(open_page, with_sample, photo, edit):
    edit("label", {39: None, 15: np.nan})
    assert [button.label for button in upload(open_page, photo).button if "Add" in button.label][:1] == [
        "Add 1 drawing"
    ]


def test_a_form_can_be_discarded_and_nothing_of_its_photo_is_kept(open_page, with_sample, photo):
    shown = upload(open_page, photo)
    assert not any(isinstance(value, bytes) for value in shown.session_state["draw_form"].values())
    click(shown, "Discard")
    assert "Check the form" not in texts(shown) and store.drawings() == []


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"nonsense", "isn't a picture"), (jpeg(np.full((300, 300, 3), 200)), "found no form")]
)
def test_a_picture_that_is_no_form_gets_one_sentence(open_page, with_sample, content, sentence):
    shown = upload(open_page, content)
    assert [sentence in error.value for error in shown.error] == [True]


def test_an_empty_form_is_said(open_page, with_sample):
    assert "All boxes of this form are empty." in upload(open_page, jpeg(photograph(page({})))).error[0].value
