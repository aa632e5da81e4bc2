import os
import time

import numpy as np
import pytest

from digits import tasks
from digits.data import adding
from digits.data.adding import arrange, begin, drop, keep, load, read_task, sweep, unfinished
from digits.data.dataset import NO_LABEL, open_dataset
from digits.data.reading import Found
from digits.data.sources import SOURCES
from digits.data.splits import split
from digits.errors import DigitsError
from digits.tasks import TaskState, workers
from tests.conftest import content
from tests.data.reading.files import csv

HOW = {"licence": "CC0 1.0", "origin": "us", "test_only": False, "owner": "local", "replace": False}


@pytest.fixture
def read_now(monkeypatch):
    """read_now(uploads) uploads files, which are read here and now. Returns the id of the draft."""
    monkeypatch.setattr(workers, "_start", lambda worker, lane, *options: None)

    def read_now(uploads):
        draft = begin(uploads, owner="local")
        tasks.do_now(adding.READ, draft, "", read_task)
        return draft

    return read_now


@pytest.fixture
def sample(with_sample):
    digits = open_dataset("sample")
    return np.array(digits.images[:300]), np.array(digits.labels[:300])


def found(counts, *, is_test=False):
    """So many digits of each class, sorted by class."""
    labels = np.repeat(np.arange(10), counts).astype(np.uint8)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.arange(len(labels)) % 256, np.arange(len(labels)) // 256
    return Found(images, labels, np.full(len(labels), is_test))


def test_a_fifth_of_each_digit_tests_and_every_stretch_has_its_share_of_each():
    digits = arrange(found([50] * 9 + [100]))
    assert (digits.num_train, digits.num_test) == (440, 110)
    assert np.bincount(digits.labels[440:]).tolist() == [10] * 9 + [20]
    validation = np.bincount(digits.labels[:88], minlength=10)
    assert abs(validation[:9] - 8).max() <= 1 and abs(validation[9] - 16) <= 1
    assert len({tuple(image[0, :2]) for image in digits.images}) == 550  # each digit once


def test_the_same_digits_are_divided_in_the_same_way():
    one, other = arrange(found([20] * 10)), arrange(found([20] * 10))
    assert np.array_equal(one.images, other.images)


def test_a_test_set_of_their_own_is_kept():
    train, test = found([20] * 10), found([2] * 10, is_test=True)
    both = Found(
        *(np.concatenate([getattr(test, name), getattr(train, name)]) for name in ("images", "labels", "is_test"))
    )
    digits = arrange(both)
    assert (digits.num_train, digits.num_test) == (200, 20) and np.bincount(digits.labels[200:]).tolist() == [2] * 10


@pytest.mark.parametrize(("counts", "test_only"), [([20] * 9 + [9], False), ([20] * 9 + [0], False), ([20] * 10, True)])
def test_too_few_digits_of_a_class_only_test(counts, test_only):
    digits = arrange(found(counts), test_only=test_only)
    assert (digits.num_train, digits.num_test) == (0, sum(counts))


def test_digits_without_labels_keep_their_order():
    images = found([1] * 10).images
    digits = arrange(Found(images, np.full(10, NO_LABEL, np.uint8), np.zeros(10, bool)))
    assert digits.num_unlabelled == 10 and np.array_equal(digits.images, images)


def test_an_upload_is_read_looked_at_and_kept_and_its_files_are_gone(read_now, sample, digits_home):
    draft = read_now([("train.csv", csv(*sample) + b"\n1,2\n")])
    assert unfinished("local") == draft and not [name for name in content(digits_home / "uploads") if "train" in name]
    read = load(draft)
    assert len(read.images) == 300 and read.num_in_mnist == 300 and read.num_passed_over == 1
    keep(draft, "kaggle", **HOW)
    assert open_dataset("kaggle").num_train == 239 and SOURCES["kaggle"].num_in_mnist == 300
    assert len(split("tutorial", "kaggle").validation) == 48
    assert unfinished("local") is None and content(digits_home / "uploads") == {}
    assert tasks.find(adding.READ, draft) is None


def test_a_dropped_upload_leaves_nothing(read_now, sample, digits_home):
    read_now([("train.csv", csv(*sample))])
    drop("local")
    assert content(digits_home / "uploads") == {} and unfinished("local") is None


def test_another_upload_takes_the_place_of_the_first(read_now, sample, digits_home):
    first, second = (read_now([("train.csv", csv(*sample))]) for _ in range(2))
    assert unfinished("local") == second and unfinished("somebody") is None
    with pytest.raises(DigitsError, match="^These files are not here any more: they are kept for an hour"):
        load(first)


@pytest.mark.parametrize("name", ["../../<b>.csv", "\u6570" * 120 + ".csv", f"b.{'a' * 95}.csv"])
def test_files_that_cannot_be_read_are_gone_too(read_now, digits_home, name):
    with pytest.raises(DigitsError, match=r"^We found no digits to read\. .* Its rows aren't digits"):
        read_now([(name, b"hello")])
    draft = unfinished("local")
    assert tasks.find(adding.READ, draft).state == TaskState.FAILED
    assert content(digits_home / "uploads") == {}


def test_what_nobody_keeps_goes_after_an_hour(read_now, sample, digits_home):
    folder = digits_home / "uploads" / read_now([("train.csv", csv(*sample))])
    sweep()
    assert folder.exists()
    os.utime(folder, (time.time() - adding.DRAFT_SECONDS - 1,) * 2)
    sweep()
    assert not folder.exists() and unfinished("local") is None


@pytest.mark.parametrize(
    ("sizes", "sentence"), [([26], "A file has 26 MB; the limit is 25 MB"), ([20] * 3, "These files have 60 MB; the")]
)
def test_an_upload_beyond_its_budget_is_refused_before_anything_is_kept(digits_home, sizes, sentence):
    with pytest.raises(DigitsError, match=sentence):
        begin([("a.csv", bytes(size << 20)) for size in sizes], owner="local")
    assert not (digits_home / "uploads").exists()
