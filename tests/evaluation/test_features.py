from dataclasses import replace

import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.evaluation import features
from digits.networks.settings import make_settings
from digits.runs import models
from digits.runs import store as runs
from digits.storage.home import data_folder


@pytest.fixture
def starter(with_sample, monkeypatch):
    """The starter, with a training part that is quickly computed: twelve digits of the sample."""
    monkeypatch.setattr(features, "part", lambda run, name: ("sample", range(100, 112)))
    monkeypatch.setattr(features, "CHUNK", 5)
    return runs.get("starter")


def test_the_features_of_a_part_are_stored_in_the_order_of_its_digits(starter):
    assert features.stored(starter, "train") is None
    told = []
    features.compute(starter, "train", lambda *progress: told.append(progress))
    stored = features.stored(starter, "train")
    assert (stored.dtype, stored.shape) == (np.float16, (12, 96))
    assert told == [(done / 12, "Computing the features of 12 digits") for done in (0, 5, 10)]
    expected = models.activations(starter).features(open_dataset("sample").images[100:112])
    np.testing.assert_allclose(stored, expected, rtol=2e-3, atol=1e-3)


def test_features_of_another_number_of_digits_are_to_be_computed(starter, monkeypatch):
    features.compute(starter, "train")
    monkeypatch.setattr(features, "part", lambda run, name: ("sample", range(100, 113)))
    assert features.stored(starter, "train") is None


def test_the_parts_of_a_run_are_what_it_learned_from_and_its_test_sets(with_run):
    assert features.part(with_run, "train") == ("sample", range(800, 4_000))
    assert features.part(with_run, "tutorial") == ("sample", range(4_000, 5_000))
    assert features.part(with_run, "official") == ("mnist", range(60_000, 70_000))
    assert features.part(with_run, "optdigits") == ("optdigits", range(1_797))


def test_where_mnist_is_not_here_similar_digits_are_found_in_the_sample_if_the_run_learned_from_all_of_it(with_sample):
    trained = {split: replace(runs.get("starter"), settings=make_settings(source="mnist", split=split))
               for split in ("official", "tutorial")}  # fmt: skip
    assert features.learned_part(trained["official"]) == "sample"
    assert features.learned_part(trained["tutorial"]) == "train"  # it only validated on the sample's digits
    for name in ("images", "labels"):
        (data_folder("mnist")).mkdir(parents=True, exist_ok=True)
        (data_folder("mnist") / f"{name}.npy").touch()
    assert features.learned_part(trained["official"]) == "train"


def test_the_nearest_are_those_in_the_same_direction():
    among = np.array([[1, 0], [0, 5], [0, 0], [3, 0.1], [-1, 0]], np.float16)
    found, cosines = features.nearest(among, np.array([2, 0]), 3)
    assert found.tolist() == [0, 3, 1]
    assert cosines == pytest.approx([1, 0.9994, 0], abs=1e-3)
    assert len(features.nearest(among, np.array([2, 0]), 99)[0]) == 5
