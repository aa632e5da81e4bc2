"""Make a network's confidence mean what it says: of the digits it calls 90 % sure, nine in ten should be right.

One number, the temperature, is fitted on the validation digits and divides the network's logits before the softmax
(Guo, Pleiss, Sun & Weinberger, On calibration of modern neural networks, 2017). It never changes which digit is read.
"""

import numpy as np

from digits.data.dataset import open_dataset
from digits.data.splits import split, take
from digits.errors import DamagedFile
from digits.inference.recognizer import Recognizer, at_temperature
from digits.runs.run import Run
from digits.storage.records import read_json, write_json

NUM_BINS = 15


def fit_temperature(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The temperature, 0.05 to 20, with the smallest negative log-likelihood.

    labels: (n,) integers; probabilities: (n, 10) of the network as it is.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        calibrated = at_temperature(probabilities, np.exp(log_temperature))
        return -np.log(np.maximum(calibrated[np.arange(len(labels)), labels], 1e-12)).mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def reliability(labels: np.ndarray, probabilities: np.ndarray) -> list[dict]:
    """How often the network is right where it is about equally sure: {confidence, accuracy, n} of each bin.

    The NUM_BINS are equally wide; those without a digit are left out. Both means are 0 to 1, n counts digits.
    """
    confidence, hits = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.searchsorted(np.linspace(0, 1, NUM_BINS + 1)[1:-1], confidence)  # as scikit-learn's calibration_curve
    return [
        {
            "confidence": float(confidence[bins == place].mean(dtype=float)),
            "accuracy": float(hits[bins == place].mean()),
            "n": int((bins == place).sum()),
        }
        for place in np.unique(bins)
    ]


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The gap between confidence and accuracy, 0 to 1: the mean over the bins of `reliability`, weighted by digits."""
    rows = reliability(labels, probabilities)
    return sum(abs(row["accuracy"] - row["confidence"]) * row["n"] for row in rows) / len(labels)


def calibrate(run: Run) -> dict:
    """Fit the temperature of `run` on its validation digits, store it beside the model, and return what is stored."""
    parts = split(run.config.split, run.config.source)
    images, labels = take(open_dataset(run.config.source), parts.validation)
    probabilities = Recognizer.load(run.model_file()).probabilities(images)
    fitted = {"temperature": fit_temperature(labels, probabilities), "n": len(labels)}
    write_json(run.path / "calibration.json", fitted)
    return fitted


def temperature(run: Run) -> float:
    """The fitted temperature of `run`; 1, which changes nothing, if none is stored. Raises DamagedFile."""
    file = run.path / "calibration.json"
    if not file.exists():
        return 1.0
    try:
        value = float(read_json(file)["temperature"])
        if 0.01 < value < 100:
            return value
    except (DamagedFile, KeyError, TypeError, ValueError):
        pass
    raise DamagedFile(
        f"calibration.json of the run {run.id} is damaged. Delete it, and its answers stay the same, but how "
        "sure it says it is is no longer calibrated."
    )
