import itertools

import pytest

from digits.data.dataset import open_dataset
from digits.data.splits import Split, split, take
from digits.errors import BadConfig


def test_the_tutorial_split_of_mnist_has_the_tutorials_counts_and_order():
    assert split("tutorial", "mnist") == Split(
        validation=range(9_600), train=range(9_600, 48_000), test=range(48_000, 60_000)
    )


def test_the_official_split_tests_on_the_ten_thousand_and_validates_on_the_last_training_digits():
    assert split("official", "mnist") == Split(
        train=range(55_000), validation=range(55_000, 60_000), test=range(60_000, 70_000)
    )


def test_the_tutorial_split_of_the_sample_keeps_its_proportions():
    assert split("tutorial", "sample") == Split(
        validation=range(800), train=range(800, 4_000), test=range(4_000, 5_000)
    )


@pytest.mark.parametrize(("name", "source"), [("tutorial", "sample"), ("tutorial", "mnist"), ("official", "mnist")])
def test_no_digit_belongs_to_two_parts(name, source):
    parts = split(name, source)
    for a, b in itertools.combinations([parts.train, parts.validation, parts.test], 2):
        assert not set(a) & set(b)


def test_the_sample_has_no_official_split():
    with pytest.raises(BadConfig, match="no official test set; use the split tutorial"):
        split("official", "sample")


@pytest.mark.parametrize("name", ["tutorial", "official"])
def test_digits_that_only_test_have_no_split(name):
    with pytest.raises(BadConfig, match="Optdigits only tests networks"):
        split(name, "optdigits")


def test_an_unknown_split_is_refused():
    with pytest.raises(BadConfig, match="no split 'half'"):
        split("half", "mnist")


def test_taking_a_part_copies_nothing(with_sample):
    dataset = open_dataset("sample")
    images, labels = take(dataset, split("tutorial", "sample").test)
    assert images.shape == (1_000, 28, 28) and labels.shape == (1_000,)
    assert images.base is not None and not images.flags.owndata
