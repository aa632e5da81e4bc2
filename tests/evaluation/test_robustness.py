import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.evaluation import robustness
from digits.evaluation.distortions import DISTORTIONS, distort
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import models
from digits.storage.records import write_json


@pytest.fixture
def few(monkeypatch):
    """Two distortions with a strength beside the neutral one."""
    kept = {"rotation": (0, 30), "noise": (0, 40)}
    some = {name: replace(DISTORTIONS[name], strengths=strengths) for name, strengths in kept.items()}
    for module in (robustness, distort.__globals__):
        target = module if isinstance(module, dict) else vars(module)
        monkeypatch.setitem(target, "DISTORTIONS", some)


def test_the_curves_are_the_accuracy_on_distorted_digits(with_run, few):
    chosen, told = find_set("tutorial", with_run.config), []
    measured = robustness.measure(with_run, chosen, lambda share, phase: told.append((share, phase)))
    assert told == [(0.0, "Rotation: 30 °"), (0.5, "Noise: 40 grey levels")]
    assert measured == robustness.stored(with_run, chosen)
    assert (measured["run"], measured["test"], measured["n"]) == (with_run.id, "tutorial", 1_000)
    images, labels = chosen.take(open_dataset("sample"))
    for name, strengths in {"rotation": (0, 30), "noise": (0, 40)}.items():
        curve = measured["curves"][name]
        assert curve["strengths"] == list(strengths)
        for strength, accuracy, (low, high) in zip(*curve.values(), strict=True):
            said = models.recognizer(with_run).probabilities(distort(images, {name: strength})).argmax(axis=1)
            assert accuracy == accuracy_score(labels, said)
            assert low < accuracy < high
    assert measured["curves"]["rotation"]["accuracy"][0] > measured["curves"]["rotation"]["accuracy"][1]


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"curves": []}), json.dumps({"curves": {"rotation": {}}})])
def test_damaged_curves_are_said_to_be_damaged(with_run, text):
    chosen = find_set("tutorial", with_run.config)
    robustness.job(with_run, chosen).result.write_text(text)
    with pytest.raises(DamagedFile):
        robustness.stored(with_run, chosen)


def test_curves_of_other_strengths_are_not_mixed_with_todays(with_run, few):
    chosen = find_set("tutorial", with_run.config)
    curves = {name: {"strengths": [0, 1]} for name in ("rotation", "noise")}
    write_json(robustness.job(with_run, chosen).result, {"curves": curves})
    with pytest.raises(DamagedFile, match="earlier version"):
        robustness.stored(with_run, chosen)


def test_several_networks_share_the_work_and_answer_as_one(with_run):
    dataset = open_dataset("sample")
    images, labels = dataset.images[4_000:4_101], dataset.labels[4_000:4_101]
    (net,) = nets = robustness.readers(with_run)[:1]
    np.testing.assert_array_equal(
        robustness.hits(nets * 3, images, labels), net.probabilities(images).argmax(axis=1) == labels
    )
