import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from digits.data.dataset import open_dataset
from digits.evaluation.calibration import (
    NUM_BINS,
    calibrate,
    expected_calibration_error,
    fit_temperature,
    reliability,
)
from digits.inference.recognizer import Recognizer, at_temperature
from digits.runs import models, updates
from digits.runs import store as runs
from tests.evaluation.conftest import train_further


@pytest.fixture
def calibrated():
    """Labels drawn with the very probabilities that a network predicts: it is perfectly calibrated."""
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(20_000, 10))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return (probabilities.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1), probabilities


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_of_a_network_that_was_calibrated_before_is_found_again(calibrated, temperature):
    labels, probabilities = calibrated
    uncalibrated = at_temperature(probabilities, 1 / temperature)
    assert fit_temperature(labels, uncalibrated) == pytest.approx(temperature, rel=0.03)


def test_the_reliability_is_scikit_learns(calibrated):
    labels, probabilities = calibrated
    rows = reliability(labels, probabilities)
    is_correct = probabilities.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(is_correct, probabilities.max(axis=1), n_bins=NUM_BINS)
    np.testing.assert_allclose([row["accuracy"] for row in rows], accuracy)
    np.testing.assert_allclose([row["confidence"] for row in rows], confidence)
    assert sum(row["n"] for row in rows) == len(labels)
    weights = np.array([row["n"] for row in rows]) / len(labels)
    expected = (weights * np.abs(accuracy - confidence)).sum()
    assert expected_calibration_error(labels, probabilities) == pytest.approx(expected)


def test_the_calibration_error_is_small_for_calibrated_and_large_for_overconfident_networks(calibrated):
    labels, probabilities = calibrated
    assert expected_calibration_error(labels, probabilities) < 0.01
    assert expected_calibration_error(labels, at_temperature(probabilities, 0.3)) > 0.2


def test_the_calibration_error_of_a_network_that_is_always_certain_is_its_fraction_of_errors():
    labels, probabilities = np.arange(10), np.eye(10)[[0, 1, 2, 3, 4, 5, 6, 7, 0, 0]]
    assert expected_calibration_error(labels, probabilities) == pytest.approx(0.2)


def test_a_temperature_never_changes_which_digit_is_predicted(calibrated):
    _, probabilities = calibrated
    for temperature in (0.1, 0.7, 5.0):
        changed = at_temperature(probabilities, temperature)
        np.testing.assert_array_equal(changed.argmax(axis=1), probabilities.argmax(axis=1))
        np.testing.assert_allclose(changed.sum(axis=1), 1, rtol=1e-6)


def test_a_trained_run_has_the_temperature_that_fits_its_validation_digits(with_run):
    fitted = with_run.model.temperature
    assert 0.05 < fitted < 20
    assert calibrate(with_run) == fitted == runs.get(with_run.id).model.temperature


def test_a_new_model_is_not_calibrated_with_the_temperature_of_the_old_one(with_run):
    newer = train_further(with_run)
    assert newer.model.temperature is None
    updates.set_temperature(with_run, 2.0)  # measured on the old model
    assert runs.get(with_run.id).model.temperature is None
    images = open_dataset("sample").images[:20]
    uncalibrated = Recognizer.load(newer.model.file("model.tflite")).probabilities(images)
    np.testing.assert_array_equal(models.recognizer(newer).probabilities(images), uncalibrated)
