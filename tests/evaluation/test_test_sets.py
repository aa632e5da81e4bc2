from dataclasses import replace

import pytest

from digits.errors import BadConfig
from digits.evaluation import test_sets as sets
from digits.networks.settings import make_settings

SAMPLE = make_settings(source="sample")
TUTORIAL = make_settings(source="mnist", split="tutorial")
OFFICIAL = make_settings(source="mnist", split="official")
HANDS = ("optdigits", "optdigits", 1_797)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (SAMPLE, [("tutorial", "sample", 1_000), ("official", "mnist", 10_000), HANDS]),
        (TUTORIAL, [("tutorial", "mnist", 12_000), ("official", "mnist", 10_000), HANDS]),
        (OFFICIAL, [("official", "mnist", 10_000), HANDS]),
    ],
    ids=["sample", "tutorial", "official"],
)
def test_a_run_is_evaluated_only_on_digits_that_it_has_not_seen(settings, expected):
    assert [(found.name, found.source, len(found.indices)) for found in sets.test_sets(settings)] == expected


def test_a_set_that_the_run_learned_from_is_refused_with_the_reason():
    with pytest.raises(
        BadConfig, match="learned from 12,000 of the 12,000 digits .* Evaluate it on the official test set"
    ):
        sets.test_set("tutorial", OFFICIAL)


def test_what_came_with_the_app_is_available_without_any_download(digits_home):
    assert [found.name for found in sets.available(SAMPLE)] == ["tutorial", "optdigits"]
    assert [found.name for found in sets.available(OFFICIAL)] == ["optdigits"]


def test_a_network_that_learned_from_the_whole_mnist_has_no_test_set_in_the_sample():
    tuned = replace(SAMPLE, parent="starter", parent_source="mnist")
    assert [found.name for found in sets.test_sets(tuned)] == ["official", "optdigits"]


def test_a_test_set_is_named_with_its_size():
    assert sets.test_set("official", SAMPLE).title == "MNIST, official test set (10,000 digits)"
    assert sets.test_set("optdigits", SAMPLE).title == "Optdigits, other hands (1,797 digits)"


def test_an_unknown_test_set_is_refused():
    with pytest.raises(BadConfig, match="no test set 'mine'; choose one of tutorial, official, optdigits"):
        sets.test_set("mine", SAMPLE)
