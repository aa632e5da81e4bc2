import os
import time

import numpy as np
import pytest

from digits import tasks
from digits.data import adding
from digits.data.adding import begin, drop, keep, load, read_task, sweep, unfinished
from digits.data.dataset import open_dataset
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
