import pytest

from digits.errors import BadConfig
from digits.evaluation import test_sets as sets
from digits.networks.settings import make_config

SAMPLE = make_config(source="sample")
TUTORIAL = make_config(source="mnist", split="tutorial")
OFFICIAL = make_config(source="mnist", split="official")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (SAMPLE, [("tutorial", "sample", 1_000), ("official", "mnist", 10_000)]),
        (TUTORIAL, [("tutorial", "mnist", 12_000), ("official", "mnist", 10_000)]),
        (OFFICIAL, [("official", "mnist", 10_000)]),
    ],
    ids=["sample", "tutorial", "official"],
)
def test_a_run_is_judged_only_on_digits_it_has_not_seen(config, expected):
    assert [(found.name, found.source, len(found.indices)) for found in sets.test_sets(config)] == expected


def test_a_set_that_the_run_learned_from_is_refused_with_the_reason():
    with pytest.raises(
        BadConfig, match="learned from 12,000 of the 12,000 digits .* Judge it on the official test set"
    ):
        sets.test_set("tutorial", OFFICIAL)


def test_a_test_set_is_named_with_its_size():
    assert sets.test_set("official", SAMPLE).title == "MNIST, official test set (10,000 digits)"


def test_an_unknown_test_set_is_refused():
    with pytest.raises(BadConfig, match="no test set 'mine'; choose one of tutorial, official"):
        sets.test_set("mine", SAMPLE)
