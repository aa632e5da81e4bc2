import json

import numpy as np
import pytest

from digits.data import own_sources
from digits.data.dataset import NO_LABEL, facts, is_available, open_dataset
from digits.data.own_sources import Digits, check_name, publish, remove
from digits.data.sources import SOURCES, check_source
from digits.errors import BadConfig, DamagedFile, DataUnavailable, DigitsError
from digits.evaluation import test_sets
from digits.networks.architectures import recipe
from digits.networks.settings import make_settings
from digits.networks.settings_table import SETTINGS
from digits.runs import store as runs
from digits.storage import database, files
from digits.storage.home import data_folder


def made(num_train=80, num_test=20, value=9, **more):
    """Digits that differ by `value`."""
    n = num_train + num_test
    images = np.full((n, 28, 28), value, np.uint8)
    return Digits(images, (np.arange(n) % 10).astype(np.uint8), num_train, num_test, **more)


def unlabelled(n=5):
    return Digits(np.zeros((n, 28, 28), np.uint8), np.full(n, NO_LABEL, np.uint8), 0, 0, num_unlabelled=n)


def add(name="class-7a", digits=None, replace=False):
    publish(name, digits or made(), licence="CC BY 4.0", origin="our class\n\u202e", owner="local", replace=replace)


def arrays(name="class-7a"):
    return sorted(path.name for path in data_folder(name).iterdir())


def test_added_digits_are_a_source_like_any_other(digits_home):
    add()
    digits = open_dataset("class-7a")
    assert (digits.num_train, len(digits.images), digits.labels[11]) == (80, 100, 1)
    known = SOURCES["class-7a"]
    assert (known.licence, known.origin, known.is_own) == ("CC BY 4.0", "our class", True)
    assert (
        [*SOURCES][-1] == "class-7a"
        and "class-7a" in SETTINGS["source"].choices
        and test_sets.TITLES["class-7a"] == "class-7a"
    )
    told = facts("class-7a")
    assert told["label_histogram"] == {"train": [8] * 10, "test": [2] * 10} and told["licence"] == "CC BY 4.0"
    json.dumps(told)


def test_a_run_learns_from_them_and_its_test_set_is_theirs(digits_home):
    add()
    settings = make_settings(source="class-7a")
    assert settings.batch_size == recipe("cnn", "class-7a").batch_size == 20 and settings.augmentation
    [first, *others] = test_sets.test_sets(settings)
    assert (first.name, first.indices) == ("class-7a", range(80, 100)) and first == test_sets.test_set(
        "tutorial", settings
    )
    assert first.title == "class-7a, test digits (20 digits)"
    # The same digits test every other run, so that runs can be compared.
    assert first in test_sets.test_sets(make_settings(source="sample")) and first not in others
    with pytest.raises(BadConfig, match="class-7a has no official test set"):
        make_settings(source="class-7a", split="official")


def test_test_digits_and_unlabelled_digits_are_not_trained_on_and_say_so(digits_home):
    add("tests", made(0, 20))
    add("kaggle-test", unlabelled())
    assert not {"tests", "kaggle-test"} & set(SETTINGS["source"].choices)
    assert "tests" in test_sets.TITLES and "kaggle-test" not in test_sets.TITLES
    with pytest.raises(
        BadConfig, match="^kaggle-test has no labels. Its digits can be explored and predicted, but not"
    ):
        test_sets.test_set("kaggle-test", make_settings())
    assert facts("kaggle-test")["num_unlabelled"] == 5


@pytest.mark.parametrize("name", ["", "Class", "7a", "a b", "../x", "x" * 33, "é"])
def test_a_name_is_small_letters_digits_and_hyphens(digits_home, name):
    with pytest.raises(BadConfig, match="^The name is .*; expected up to 32 small letters, digits and hyphens"):
        check_name(name)


@pytest.mark.parametrize("name", ["sample", "mnist", "tutorial", "starter"])
def test_a_name_that_means_something_else_is_refused(digits_home, name):
    with pytest.raises(BadConfig, match=f"^The name {name} is taken by something else"):
        check_name(name)


def test_a_name_that_is_taken_is_refused_or_its_digits_replaced(digits_home):
    add()
    before = open_dataset("class-7a")
    with pytest.raises(BadConfig, match="^There are digits called class-7a already. Choose another name, or replace"):
        add(digits=made(value=7))
    add(digits=made(value=7), replace=True)
    assert open_dataset("class-7a").images[0, 0, 0] == 7 and before.images[0, 0, 0] == 9  # still mapped
    assert arrays() == ["images-2.npy", "labels-2.npy"]


def test_removing_without_runs_leaves_nothing(digits_home):
    add()
    remove("class-7a")
    assert not is_available("class-7a") and not data_folder("class-7a").exists()
    with pytest.raises(BadConfig, match="no data source 'class-7a'"):
        check_source("class-7a")
    with pytest.raises(BadConfig, match="There are no digits of your own called 'class-7a'"):
        remove("class-7a")


def test_runs_that_learned_from_removed_digits_stay_and_the_digits_can_come_back(digits_home):
    add()
    run = runs.create(make_settings(source="class-7a"), queued=False)
    assert [found.id for found in runs.learned_from("class-7a")] == [run.id]
    remove("class-7a")
    assert arrays() == [] if data_folder("class-7a").exists() else True
    assert runs.get(run.id).settings.source == "class-7a"
    assert SOURCES["class-7a"].licence == "CC BY 4.0"  # the run still says under which licence it learned
    assert "class-7a" not in [*SOURCES] and "class-7a" not in [*SETTINGS["source"].choices]
    with pytest.raises(DataUnavailable, match="^The digits of class-7a are not here any more. Add them again"):
        open_dataset("class-7a")
    with pytest.raises(BadConfig, match="^1 run learned from other digits called class-7a"):
        add(digits=made(value=7))
    assert arrays() == [] if data_folder("class-7a").exists() else True
    add()
    assert len(open_dataset("class-7a").images) == 100


def test_digits_that_runs_learned_from_are_not_replaced_by_others(digits_home):
    add()
    runs.create(make_settings(source="class-7a"), queued=False)
    with pytest.raises(BadConfig, match="learned from other digits"):
        add(digits=made(value=7), replace=True)
    assert open_dataset("class-7a").images[0, 0, 0] == 9


def test_what_was_computed_about_replaced_digits_is_forgotten(digits_home):
    add()
    with database.writing() as connection:
        connection.execute("INSERT INTO results VALUES ('a-run', 'evaluate', 'class-7a', 'x', '{}', NULL, NULL)")
        connection.execute("INSERT INTO results VALUES ('a-run', 'evaluate', 'optdigits', 'x', '{}', NULL, NULL)")
    add(digits=made(value=7), replace=True)
    with database.reading() as connection:
        assert [row["part"] for row in connection.execute("SELECT part FROM results")] == ["optdigits"]


def test_damaged_digits_are_named_in_a_sentence_and_can_be_added_again(digits_home):
    add()
    runs.create(make_settings(source="class-7a"), queued=False)
    (data_folder("class-7a") / "images.npy").write_bytes(b"x")
    with pytest.raises(DamagedFile, match="^The files of class-7a were damaged on the disk. Add them again.$"):
        open_dataset("class-7a")
    add(replace=True)
    assert len(open_dataset("class-7a").images) == 100


def test_a_full_disk_leaves_nothing_behind(digits_home, monkeypatch):
    written = files.write_new

    def fail(folder, name, write):
        if name == "labels.npy":
            raise DigitsError("No space")
        return written(folder, name, write)

    monkeypatch.setattr(own_sources.files, "write_new", fail)
    with pytest.raises(DigitsError, match="No space"):
        add()
    assert arrays() == [] and "class-7a" not in SOURCES


def test_a_score_on_digits_of_mnist_comes_with_a_caution(digits_home):
    add("kaggle", made(num_in_mnist=60))
    add("others", made(value=3))
    sample, own = make_settings(source="sample"), make_settings(source="kaggle")
    assert "At least 60 of the 100 digits of kaggle are digits of MNIST" in test_sets.caution(
        test_sets.test_set("kaggle", sample), sample
    )
    assert "learned from kaggle, where at least 60" in test_sets.caution(test_sets.test_set("official", own), own)
    assert (
        test_sets.caution(test_sets.test_set("others", sample), sample)
        == test_sets.caution(test_sets.test_set("others", own), own)
        == ""
    )
