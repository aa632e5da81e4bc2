import importlib
import json
from types import SimpleNamespace

import pytest

from digits.errors import DigitsError
from tests.benchmarks import measurements
from tests.benchmarks.engine import report
from tests.benchmarks.mnist_arrays import dataset, tutorial_arrays


def test_the_sample_stands_in_for_the_size_of_mnist(with_sample):
    images, labels, val_images, val_labels = tutorial_arrays()
    assert [len(array) for array in (images, labels, val_images, val_labels)] == [38_400, 38_400, 9_600, 9_600]
    assert len(dataset().images) == 70_000


def test_every_measurement_is_a_module_that_measures():
    for name, (folder, *_) in measurements.MEASUREMENTS.items():
        assert callable(importlib.import_module(f"tests.benchmarks.{folder}.{name}").measure)


def test_a_measurement_runs_in_a_process_of_its_own_and_gives_its_numbers_back(with_sample):
    measured = measurements.run("drawing")
    assert measured["n"] == 300 and 0 < measured["median"] <= measured["p95"]


def test_pytorch_is_measured_only_when_it_is_asked_for(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(measurements, "run", lambda name: asked.append(name) or {})
    monkeypatch.setattr(measurements, "is_installed", lambda name: True)
    for torch in (False, True):
        report.run(SimpleNamespace(quick=True, torch=torch, convolutions=False, scaling=None, json=True))
        assert ("torch_eager" in asked) == torch


def test_without_pytorch_the_option_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(measurements, "is_installed", lambda name: name != "torch_eager")
    with pytest.raises(DigitsError, match="pip install torch"):
        report.run(SimpleNamespace(quick=True, torch=True, convolutions=False, scaling=None, json=True))


def test_a_measurement_that_fails_says_so_in_one_sentence(digits_home, monkeypatch):
    monkeypatch.setitem(measurements.MEASUREMENTS, "nothing", ("engine", "nothing", "json"))
    with pytest.raises(DigitsError, match="The measurement nothing failed"):
        measurements.run("nothing")


def test_the_table_gives_medians_and_ratios_within_a_round():
    result = {
        "machine": {"cpu": "A", "cores": 2, "commit": "abc", "versions": {"keras": "3"}},
        "results": {
            "keras_fit": [{"epochs": [2.0, 2.4, 9.0]}, {"epochs": [4.0]}, {"epochs": [2.2]}],
            "ours": [
                {"import": 3.0, "first_epoch": 1.5, "epochs": epochs} for epochs in ([0.2, 0.1, 0.3], [0.4], [0.1])
            ],
        },
    }
    lines = report.lines(json.loads(json.dumps(result)))
    assert "| Keras model.fit with its defaults | 2.400 | 16,000 | 12.00 |" in lines
    assert "| Digits: the epoch as one compiled program | 0.200 | 192,000 | 1.00 |" in lines


def test_convolutional_networks_are_compared_within_a_round_by_the_cores_that_digits_gives_them():
    small, large = "cnn, batch 32", "cnn, batch 256"
    rounds = [
        {who: {small: speed, large: speed} for who, speed in zip(report.CONVOLUTIONS, speeds, strict=True)}
        for speeds in ((2000, 4000, 1000, 800), (3000, 4500, 1000, 1500), (900, 4000, 1000, 400))
    ]
    machine = {"cpu": "A", "cores": 2, "commit": "abc", "versions": {}}
    lines = report.lines({"machine": machine, "results": {"convolutions": rounds}})
    assert lines[-2:] == [
        "| cnn, batch 32 | 2,000 | 4,000 | 1,000 | 800 | 4.00 (3.00 to 4.00) |",
        "| cnn, batch 256 | 2,000 | 4,000 | 1,000 | 800 | 2.00 (0.90 to 2.00) |",
    ]
