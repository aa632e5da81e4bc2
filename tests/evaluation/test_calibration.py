import json

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from digits.errors import DamagedFile
from digits.evaluation.calibration import (
    NUM_BINS,
    calibrate,
    expected_calibration_error,
    fit_temperature,
    reliability,
    temperature,
)
from digits.inference.recognizer import at_temperature


@pytest.fixture
def honest():
    """Labels drawn from the very probabilities that a network gives: it is perfectly calibrated."""
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(20_000, 10))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return (probabilities.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1), probabilities


@pytest.mark.parametrize("heat", [0.5, 1.0, 2.0])
def test_the_temperature_that_spoiled_an_honest_network_is_found_again(honest, heat):
    labels, probabilities = honest
    spoiled = at_temperature(probabilities, 1 / heat)
    assert fit_temperature(labels, spoiled) == pytest.approx(heat, rel=0.03)


def test_the_reliability_is_scikit_learns(honest):
    labels, probabilities = honest
    rows = reliability(labels, probabilities)
    right = probabilities.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(right, probabilities.max(axis=1), n_bins=NUM_BINS)
    np.testing.assert_allclose([row["accuracy"] for row in rows], accuracy)
    np.testing.assert_allclose([row["confidence"] for row in rows], confidence)
    assert sum(row["n"] for row in rows) == len(labels)
    weights = np.array([row["n"] for row in rows]) / len(labels)
    expected = (weights * np.abs(accuracy - confidence)).sum()
    assert expected_calibration_error(labels, probabilities) == pytest.approx(expected)


def test_the_calibration_error_is_small_for_honest_and_large_for_boasting_networks(honest):
    labels, probabilities = honest
    assert expected_calibration_error(labels, probabilities) < 0.01
    assert expected_calibration_error(labels, at_temperature(probabilities, 0.3)) > 0.2


def test_the_calibration_error_of_a_network_that_is_always_sure_is_its_share_of_errors():
    labels, probabilities = np.arange(10), np.eye(10)[[0, 1, 2, 3, 4, 5, 6, 7, 0, 0]]
    assert expected_calibration_error(labels, probabilities) == pytest.approx(0.2)


def test_a_temperature_never_changes_which_digit_is_read(honest):
    _, probabilities = honest
    for heat in (0.1, 0.7, 5.0):
        calibrated = at_temperature(probabilities, heat)
        np.testing.assert_array_equal(calibrated.argmax(axis=1), probabilities.argmax(axis=1))
        np.testing.assert_allclose(calibrated.sum(axis=1), 1, rtol=1e-6)


def test_a_trained_run_has_a_temperature_and_a_damaged_one_is_refused(with_run):
    stored = json.loads((with_run.path / "calibration.json").read_text())
    assert temperature(with_run) == stored["temperature"] == calibrate(with_run)["temperature"]
    for text in ("{", "{}", '{"temperature": "hot"}', '{"temperature": 1e9}', '{"temperature": null}'):
        (with_run.path / "calibration.json").write_text(text)
        with pytest.raises(DamagedFile, match="calibration.json .* is damaged. Delete it"):
            temperature(with_run)
    (with_run.path / "calibration.json").unlink()
    assert temperature(with_run) == 1.0  # which changes nothing
