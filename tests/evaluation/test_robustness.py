from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from digits.data.dataset import open_dataset
from digits.evaluation import robustness, store
from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import models


@pytest.fixture
def few(monkeypatch):
    """Two distortions with a strength beside the neutral one."""
    kept = {"rotation": (0, 30), "noise": (0, 40)}
    some = {name: replace(DISTORTIONS[name], strengths=strengths) for name, strengths in kept.items()}
    for module in (vars(robustness), distort.__globals__):
        monkeypatch.setitem(module, "DISTORTIONS", some)


@pytest.fixture
def chosen(with_run):
    return find_set("tutorial", with_run.settings)


def test_the_curves_are_the_accuracy_on_distorted_digits(with_run, chosen, few):
    assert robustness.stored(with_run, chosen) is None
    told = []
    measured = robustness.measure(with_run, "tutorial", lambda *progress: told.append(progress))
    assert told == [(0.0, "Rotation: 30 °"), (0.5, "Noise: 40 grey levels")]
    assert measured == robustness.stored(with_run, chosen)
    assert (measured["run"], measured["test"], measured["n"]) == (with_run.id, "tutorial", 1_000)
    images, labels = chosen.take(open_dataset("sample"))
    for name, strengths in {"rotation": (0, 30), "noise": (0, 40)}.items():
        curve = measured["curves"][name]
        assert curve["strengths"] == list(strengths)
        for strength, accuracy, (low, high) in zip(*curve.values(), strict=True):
            predicted = models.recognizer(with_run).probabilities(distort(images, {name: strength})).argmax(axis=1)
            assert accuracy == accuracy_score(labels, predicted)
            assert low < accuracy < high
    assert measured["curves"]["rotation"]["accuracy"][0] > measured["curves"]["rotation"]["accuracy"][1]


def test_curves_of_other_strengths_are_to_be_measured_again(with_run, chosen, few):
    curves = {name: {"strengths": [0, 1]} for name in ("rotation", "noise")}
    store.put(Subject.of(with_run), robustness.KIND, "tutorial", {"curves": curves})
    assert robustness.stored(with_run, chosen) is None


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [
        ([0.9, 0.94, 0.95, 0.91, 0.5], (-20, 10)),
        ([0.2, 0.8, 0.95, 0.8, 0.94], (0, 0)),  # what comes after a fall does not count
        ([0.99, 0.99, 0.95, 0.95, 0.95], (-20, 20)),
        ([0.8, 0.91, 0.95, 0.95, 0.8999], (-10, 10)),
    ],
)
def test_the_strengths_that_a_network_copes_with_cost_at_most_five_points(accuracy, expected):
    assert robustness.tolerated((-20, -10, 0, 10, 20), accuracy, 0) == expected


def test_several_networks_share_the_work_and_predict_the_same(with_run):
    dataset = open_dataset("sample")
    images, labels = dataset.images[4_000:4_101], dataset.labels[4_000:4_101]
    (recognizer,) = robustness.load(with_run)[:1]
    np.testing.assert_array_equal(
        robustness.are_correct([recognizer] * 3, images, labels),
        recognizer.probabilities(images).argmax(axis=1) == labels,
    )
