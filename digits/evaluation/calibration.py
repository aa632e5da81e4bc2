"""Calibrate a network: predictions shown with 90% confidence should be correct about 90% of the time.

One number, the temperature, is fitted on the validation digits and divides the network's logits before the softmax
(Guo, Pleiss, Sun & Weinberger, On calibration of modern neural networks, 2017). It never changes which digit is
predicted.
"""

import numpy as np

from digits.data.dataset import open_dataset
from digits.data.splits import split, take
from digits.inference.recognizer import Recognizer, at_temperature
from digits.runs import updates
from digits.runs.run import Run

NUM_BINS = 15


def fit_temperature(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the temperature, 0.05 to 20, with the smallest negative log-likelihood.

    labels: (n,) integers; probabilities: (n, 10) of the network without calibration.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        calibrated = at_temperature(probabilities, np.exp(log_temperature))
        return -np.log(np.maximum(calibrated[np.arange(len(labels)), labels], 1e-12)).mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def reliability(labels: np.ndarray, probabilities: np.ndarray) -> list[dict]:
    """Return the accuracy of predictions with about the same confidence: {confidence, accuracy, n} of each bin.

    The NUM_BINS bins are equally wide; empty ones are left out. Both means are 0 to 1, n counts digits.
    """
    confidence, is_correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.searchsorted(np.linspace(0, 1, NUM_BINS + 1)[1:-1], confidence)  # like scikit-learn's calibration_curve
    return [
        {
            "confidence": float(confidence[bins == number].mean(dtype=float)),
            "accuracy": float(is_correct[bins == number].mean()),
            "n": int((bins == number).sum()),
        }
        for number in np.unique(bins)
    ]


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean gap between confidence and accuracy, 0 to 1: over the bins of `reliability`, weighted by n."""
    rows = reliability(labels, probabilities)
    return sum(abs(row["accuracy"] - row["confidence"]) * row["n"] for row in rows) / len(labels)


def calibrate(run: Run) -> float:
    """Fit the temperature of the present model of `run` on its validation digits, keep it, and return it.

    Raises DataUnavailable, DamagedFile.
    """
    parts = split(run.settings.split, run.settings.source)
    images, labels = take(open_dataset(run.settings.source), parts.validation)
    uncalibrated = Recognizer.load(run.model.file("model.tflite")).probabilities(images)
    temperature = fit_temperature(labels, uncalibrated)
    updates.set_temperature(run, temperature)
    return temperature
