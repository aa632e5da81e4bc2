"""The accuracy of a model on pen digits by style, through the code of the Draw page: strokes, ink, 28 x 28, network."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from digits.inference.detector import THRESHOLD, Detector
from digits.inference.preprocessing import to_mnist
from digits.inference.recognizer import Recognizer
from tests.benchmarks.pens.styles import STYLES, Digit, Style, paint

MOST_CONFUSIONS = 8


def by_style(recognizer: Recognizer, detector: Detector, digits: list[Digit], labels: np.ndarray) -> Iterator[dict]:
    """Predict every digit in every style. Yields a dict for each style as soon as it is done.

    {style, n, probabilities ((n, 10) of the picture), likelihoods ((n,) of the detector), accuracy, refused (fraction
    that the detector rejects), by_digit (10 fractions, None without digits),
    confusions ([[label, predicted, count], ...], most first), misclassified (indices), pictures ((m, 28, 28) uint8 of
    the misclassified)}. A digit that the detector rejects still counts as correct where the prediction is.
    """
    for name, style in STYLES.items():
        with ThreadPoolExecutor(2) as threads:  # OpenCV and Pillow work outside the interpreter's lock
            pictures = np.stack(list(threads.map(_picture, digits, [style] * len(digits))))
        probabilities = recognizer.probabilities(pictures)
        likelihoods = detector.likelihood(pictures)
        predicted = probabilities.argmax(axis=1)
        correct = predicted == labels
        wrong = np.flatnonzero(~correct)
        confusions = Counter(zip(labels[wrong].tolist(), predicted[wrong].tolist(), strict=True))
        of_digits = (correct[labels == digit] for digit in range(10))
        yield {
            "style": name,
            "probabilities": probabilities,
            "likelihoods": likelihoods,
            "n": len(labels),
            "accuracy": float(correct.mean()),
            "refused": float((likelihoods < THRESHOLD).mean()),
            "by_digit": [float(of_digit.mean()) if len(of_digit) else None for of_digit in of_digits],
            "confusions": [[*pair, count] for pair, count in confusions.most_common(MOST_CONFUSIONS)],
            "misclassified": wrong.tolist(),
            "pictures": pictures[wrong],
        }


def _picture(digit: Digit, style: Style) -> np.ndarray:
    """Return the digit as the network gets it, (28, 28) uint8."""
    return to_mnist(paint(digit, style))
