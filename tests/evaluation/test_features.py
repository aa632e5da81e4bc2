import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.evaluation import features
from digits.evaluation.folder import folder
from digits.runs import models, runs


@pytest.fixture
def starter(with_sample, monkeypatch):
    """The starter, with a training part that is quickly read: twelve digits of the sample."""
    monkeypatch.setattr(features, "part", lambda run, name: ("sample", range(100, 112)))
    monkeypatch.setattr(features, "CHUNK", 5)
    return runs.find("starter")


def test_the_features_of_a_part_are_stored_in_the_order_of_its_digits(starter):
    layers, told = models.layers(starter), []
    features.compute(starter, "train", layers, lambda share, phase: told.append(share))
    stored = features.stored(starter, "train")
    assert (stored.dtype, stored.shape, told) == (np.float16, (12, 96), [0, 5 / 12, 10 / 12])
    np.testing.assert_allclose(stored, layers.features(open_dataset("sample").images[100:112]), rtol=2e-3, atol=1e-3)


def test_what_is_computed_about_the_starter_lies_in_the_home_and_not_in_the_program(starter, digits_home):
    assert folder(starter, "train").is_relative_to(digits_home)
    assert features.stored(starter, "train") is None
    assert features.job(starter, "train").progress().state == "absent"


def test_the_parts_of_a_run_are_what_it_learned_from_and_its_test_sets(with_run):
    assert features.part(with_run, "train") == ("sample", range(800, 4_000))
    assert features.part(with_run, "tutorial") == ("sample", range(4_000, 5_000))
    assert features.part(with_run, "official") == ("mnist", range(60_000, 70_000))


def test_others_see_how_far_it_is(starter):
    def look(share, phase):
        now = features.job(starter, "train").progress()
        assert (now.state, now.share, now.phase) == ("working", share, phase)

    features.compute(starter, "train", models.layers(starter), look)
    assert features.job(starter, "train").progress().state == "done"


def test_damaged_features_are_said_to_be_damaged(starter):
    file = folder(starter, "train") / "features.npy"
    file.parent.mkdir(parents=True)
    for content in (b"", b"no array", None):
        file.write_bytes(content) if content is not None else np.save(file, np.zeros((3, 96), np.float16))
        with pytest.raises(DamagedFile):
            features.stored(starter, "train")


def test_the_nearest_are_those_in_the_same_direction():
    among = np.array([[1, 0], [0, 5], [0, 0], [3, 0.1], [-1, 0]], np.float16)
    found, cosines = features.nearest(among, np.array([2, 0]), 3)
    assert found.tolist() == [0, 3, 1]
    assert cosines == pytest.approx([1, 0.9994, 0], abs=1e-3)
    assert len(features.nearest(among, np.array([2, 0]), 99)[0]) == 5
