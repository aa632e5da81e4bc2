"""Many pictures at once, on Draw."""

import cv2
import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.inference.picture import UPLOAD_BYTES
from pages.draw.picture import many
from tests.data.reading.files import png, zipped
from tests.pages.conftest import texts


@pytest.fixture
def page(open_page, with_sample):
    page = open_page("draw", model="starter")
    page.button(key="draw_choose_Picture").click().run()
    page.session_state["draw_many_open"] = True
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def pictures(with_sample):
    """The first three 7s as large pictures, in a folder 7."""
    digits = open_dataset("sample")
    sevens = digits.images[digits.labels == 7][:3]
    large = [cv2.resize(np.array(image), (112, 112), interpolation=cv2.INTER_CUBIC) for image in sevens]
    return {f"all/7/{number}.png": png(255 - image) for number, image in enumerate(large)}


def upload(page, *files):
    page.file_uploader[-1].set_value([(name, data, "application/zip") for name, data in files]).run()
    assert not page.exception


def test_a_zip_gives_a_table_an_accuracy_and_what_was_passed_over(page, pictures):
    upload(page, ("all.zip", zipped(pictures | {f"all/{'n' * 5_000}.txt": b"x", "all/7/broken.png": b"x"})))
    assert "**100.0%** of the labelled pictures are correct: 3 of 3 (95% interval 43.9% to 100.0%)." in texts(page)
    predictions, passed_over = (frame.value for frame in page.dataframe[-2:])
    assert predictions["Prediction"].tolist() == predictions["Label"].tolist() == ["7"] * 3
    assert passed_over["Why"].str[:20].tolist() == ["not a picture", "This isn't a picture"]
    assert passed_over["File"].str.len().max() < 210
    assert not page.session_state[f"draw_many_{page.session_state['draw_many_turn']}"]  # the files are let go
    assert not any(
        isinstance(value, bytes) for row in page.session_state["draw_many"]["rows"] for value in row.values()
    )


def test_a_picture_that_unpacks_to_more_than_one_may_have_is_refused_before_it_is_unpacked(page, pictures):
    upload(page, ("bomb.zip", zipped({"7/a.png": bytes(UPLOAD_BYTES + 1)})), ("all.zip", zipped(pictures)))
    assert page.dataframe[-2].value["Prediction"].tolist() == ["7"] * 3
    assert "25 MB for each file in the zip" in page.dataframe[-1].value["Why"].item()


def test_pictures_without_folders_have_no_accuracy(page, pictures):
    upload(page, *((name.rsplit("/", 1)[1], data) for name, data in pictures.items()))
    assert "labelled" not in texts(page) and page.dataframe[-1].value["Prediction"].tolist() == ["7"] * 3


@pytest.mark.parametrize(("limit", "value", "taken"), [("MOST", 2, 2), ("MOST_SECONDS", 0.0, 1)])
def test_more_pictures_than_the_page_takes_are_cut_and_it_says_so(page, pictures, monkeypatch, limit, value, taken):
    monkeypatch.setattr(many, limit, value)
    upload(page, ("all.zip", zipped(pictures)))
    assert many.TOO_MANY.format(taken) in [warning.value for warning in page.warning]
    assert len(page.session_state["draw_many"]["rows"]) == taken


def test_a_damaged_zip_is_passed_over_with_a_sentence(page):
    upload(page, ("all.zip", b"no zip"))
    assert "None of these files could be predicted." in texts(page)
    assert page.dataframe[-1].value["Why"].str.startswith("This isn't a zip file, or it is damaged.").tolist() == [True]


def test_a_name_is_no_formula_in_the_downloaded_table():
    row = {"image": "=1+1", "digit": 7, "probabilities": [0.1] * 10, "looks_like_a_digit": True}
    assert many._csv([row]).splitlines()[1] == "'=1+1,7,0.1,True,"
