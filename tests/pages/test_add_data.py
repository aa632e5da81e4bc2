"""Digits of one's own: added on Explore, and then wherever a source is chosen."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digits import tasks
from digits.data import adding, own_sources
from digits.data.dataset import NO_LABEL, open_dataset
from digits.data.own_sources import Digits
from digits.data.sources import SOURCES
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.storage.home import ROOT
from tests.conftest import PATIENCE, content
from tests.data.reading.files import csv
from tests.pages.conftest import HOSTILE_NAME, click, progress, texts

pytestmark = pytest.mark.usefixtures("with_sample", "no_workers")


@pytest.fixture
def sample(with_sample):
    digits = open_dataset("sample")
    return np.array(digits.images[:300]), np.array(digits.labels[:300])


@pytest.fixture
def add(sample):
    """add(name) keeps 300 digits under that name; unlabelled=True or test_only=True: such ones."""

    def add(name, *, unlabelled=False, test_only=False):
        images, labels = sample
        counts = (0, 0, 300) if unlabelled else (0, 300, 0) if test_only else (240, 60, 0)
        digits = Digits(images, np.full(300, NO_LABEL, np.uint8) if unlabelled else labels, *counts, num_in_mnist=300)
        own_sources.publish(name, digits, licence="CC0 1.0", origin=HOSTILE_NAME, owner="local")

    return add


def upload(page, *files):
    page.file_uploader[0].set_value([(name, data, "text/csv") for name, data in files]).run()
    assert not page.exception
    return page


def read_now(page):
    """Do what a worker would."""
    draft = adding.unfinished("local")
    tasks.do_now(adding.READ, draft, "", adding.read_task)
    return page.run()


def test_digits_are_uploaded_looked_at_and_kept(open_page, sample, digits_home):
    page = click(open_page("explore"), "Add data")
    upload(page, ("train.csv", csv(*sample) + b"\n12," + b"0," * 783 + b"0"))
    assert progress(page) == ["Waiting for its turn…"]
    read_now(page)
    assert "300 digits read" in texts(page) and "1 passed over" in texts(page)
    assert "The label is 12; expected 0 to 9. `'train.csv, line 302'`" in texts(page)
    assert "At least 300 of them are digits of MNIST" in texts(page)
    assert "class-7a" not in SOURCES  # nothing is kept before somebody says so
    click(page, "Keep digits")
    assert [error.value[:46] for error in page.error] == ["A name, the licence and the origin are needed."]
    page.text_input(key="explore_add_name").set_value("Class 7a")
    page.selectbox(key="explore_add_licence").set_value("CC BY 4.0")
    page.text_input(key="explore_add_origin").set_value("our class")
    click(page, "Keep digits")
    assert "class-7a: 300 digits added." in texts(page)
    assert page.segmented_control(key="explore_source").value == "class-7a"
    assert (SOURCES["class-7a"].licence, SOURCES["class-7a"].origin) == ("CC BY 4.0", "our class")
    assert content(digits_home / "uploads") == {}


def test_what_was_uploaded_is_there_after_a_reload_and_can_be_discarded(open_page, sample, digits_home):
    read_now(upload(click(open_page("explore"), "Add data"), ("test.csv", csv(sample[0]))))
    page = open_page("explore")
    assert "300 digits read" in texts(page) and "not trained or evaluated on" in texts(page)
    click(page, "Discard")
    assert page.file_uploader and content(digits_home / "uploads") == {}


def test_files_that_hold_no_digits_get_one_sentence_and_others_can_be_chosen(open_page):
    page = upload(click(open_page("explore"), "Add data"), ("a.csv", b"hello"))
    with pytest.raises(Exception, match="no digits"):
        read_now(page)
    page.run()
    assert [warning.value for warning in page.warning] == [
        "We found no digits to read. `'a.csv'`: Its rows aren't digits: a square of pixels, with or without a label."
    ]
    assert click(page, "Choose other files").file_uploader


def test_too_large_an_upload_is_refused_in_a_sentence(open_page, monkeypatch):
    monkeypatch.setattr(adding, "ALL_BYTES", 1 << 20)
    page = upload(click(open_page("explore"), "Add data"), ("a.csv", bytes(2 << 20)))
    assert [error.value for error in page.error] == [
        "These files have 2 MB; the limit is 1 MB. Zip them, or choose fewer."
    ]
    assert page.file_uploader


def test_a_name_that_is_taken_asks_whether_to_replace(open_page, sample, add):
    add("class-7a")
    page = read_now(upload(click(open_page("explore"), "Add data"), ("a.csv", csv(*sample))))
    page.text_input(key="explore_add_name").set_value("class-7a")
    page.selectbox(key="explore_add_licence").set_value("CC BY 4.0")
    page.text_input(key="explore_add_origin").set_value("us")
    click(page, "Keep digits")
    assert "There are digits called class-7a already" in page.error[0].value
    page.toggle(key="explore_add_replace").set_value(True)
    click(page, "Keep digits")
    assert SOURCES["class-7a"].licence == "CC BY 4.0"


@pytest.mark.parametrize("view", ["One digit", "Gallery", "Predictions", "Facts"])
def test_digits_without_labels_are_explored_and_predicted(open_page, add, view):
    add("kaggle-test", unlabelled=True)
    page = open_page("explore", source="kaggle-test", view=view)
    assert [tab.label for tab in page.tabs] == ["One digit", "Gallery", "Predictions", "Facts"] and not page.error
    assert "They can be explored and predicted, but not trained or evaluated on." in texts(page)
    if view == "Predictions":
        assert "300 digits, the least confident first." in texts(page)


def test_digits_for_testing_only_are_explored(open_page, add):
    add("tests", test_only=True)
    page = open_page("explore", source="tests", view="Facts")
    assert [tab.label for tab in page.tabs] == ["One digit", "Gallery", "Facts"] and not page.error


def test_the_facts_tell_licence_and_origin_and_which_runs_learned_from_digits_that_are_removed(open_page, add):
    add("class-7a")
    run = runs.create(make_settings(source="class-7a"), name="our run", queued=False)
    page = open_page("explore", source="class-7a", view="Facts")
    assert f"Origin: {HOSTILE_NAME}. Licence: CC0 1.0." in [text.value for text in page.text]
    assert "1 run learned from them" in texts(page) and "our run" in texts(page)
    page = click(page, "Remove digits")
    assert page.segmented_control(key="explore_source").options == ["5,000 digits", "70,000 digits"]
    assert runs.get(run.id).settings.source == "class-7a"


def test_train_offers_own_digits_and_a_run_learns_from_them(open_page, add):
    add("class-7a")
    add("class-7b")
    page = open_page("train")
    page.radio(key="train_source").set_value("class-7a").run()
    assert "The network learns from 192 digits. After each epoch it is checked on 48 others." in texts(page)
    click(page, "Start training")
    [run] = runs.page()
    assert (run.settings.source, run.settings.split) == ("class-7a", "tutorial")


def test_train_forgets_digits_that_were_removed():
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
    page.session_state["train_source"] = "class-7a"
    page.switch_page("pages/train/page.py").run()
    assert not page.exception and page.segmented_control(key="train_source").value == "sample"


def test_evaluate_offers_own_digits_as_a_test_set(open_page, add):
    add("class-7a")
    page = open_page("evaluate", model="starter", test="class-7a")
    assert "This model has not been evaluated on class-7a, test digits (60 digits)." in texts(page)


def test_a_run_whose_digits_were_removed_can_still_be_looked_at(open_page, add):
    add("class-7a")
    run = runs.create(make_settings(source="class-7a"), queued=False)
    own_sources.remove("class-7a")
    for name, link in (("train", {"run": run.id}), ("compare", {}), ("evaluate", {"model": run.id})):
        assert not open_page(name, **link).error
