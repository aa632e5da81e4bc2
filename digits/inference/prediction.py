"""Ink -> Prediction: the one path of every drawing and picture, whoever asks.

preprocessing -> 28 x 28 -> recognizer -> ten probabilities; beside it the detector, which looks at the same 28 x 28.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits.inference.detector import THRESHOLD, Detector
from digits.inference.parts import Part
from digits.inference.preprocessing import Steps, as_drawn, preprocess
from digits.inference.recognizer import Recognizer

NOT_A_DIGIT = "?"  # in place of a digit


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model predicts for one image."""

    digit: int  # 0 to 9, the most probable one; the closest one where the image is not a digit
    probabilities: np.ndarray  # (10,) float32, one for each digit; they sum to 1
    is_digit: bool  # whether the detector takes the drawing for a digit at all
    likelihood: float  # 0 to 1, of being a digit at all; less than THRESHOLD is not a digit
    image: np.ndarray  # (28, 28) uint8, 0 = paper, 255 = ink: what the network saw
    steps: Steps | None = None  # how the ink became 28 x 28; None for an image that was prepared before

    @property
    def confidence(self) -> float:
        """The probability of `digit`, 0 to 1."""
        return float(self.probabilities[self.digit])

    @property
    def text(self) -> str:
        """The digit, or NOT_A_DIGIT."""
        return str(self.digit) if self.is_digit else NOT_A_DIGIT


def predict(ink: np.ndarray, recognizer: Recognizer, detector: Detector, *, raw: bool = False) -> Prediction:
    """Predict the digit that somebody drew.

    ink: (H, W) uint8, 0 = paper, 255 = ink, any size. raw: let the network see the whole drawing only shrunk, as most
    digit demos do. The detector looks at the preprocessed image either way, because it has learned from such images.
    Raises BlankDrawing when there is no ink.
    """
    steps = preprocess(ink)
    image = as_drawn(ink) if raw else steps.image
    likelihood = float(detector.likelihood(steps.image[np.newaxis])[0])
    return _prediction(image, recognizer.probabilities(image[np.newaxis])[0], likelihood, steps)


def predict_many(images: np.ndarray, recognizer: Recognizer, detector: Detector | None = None) -> list[Prediction]:
    """Predict images that are prepared: kept drawings, or digits of a data set.

    images: (n, 28, 28) uint8, 0 = paper, 255 = ink; n may be 0. detector: None where somebody has labelled the images;
    they count as digits then, with a likelihood of 1.
    """
    likelihoods = np.ones(len(images)) if detector is None else detector.likelihood(images)
    rows = zip(images, recognizer.probabilities(images), likelihoods, strict=True)
    return [_prediction(image, probabilities, float(likelihood)) for image, probabilities, likelihood in rows]


@dataclass(frozen=True, eq=False)
class Number:
    """What a model predicts for several digits beside each other."""

    parts: Sequence[Part]  # where each digit lies on the drawing, left to right; at least one
    predictions: Sequence[Prediction]  # one for each part

    @property
    def text(self) -> str:
        """The number, NOT_A_DIGIT in place of each part that is not a digit."""
        return "".join(one.text for one in self.predictions)

    @property
    def least_confident(self) -> int:
        """The position of the prediction with the least confidence, from 0."""
        return int(np.argmin([one.confidence for one in self.predictions]))

    @property
    def confidence(self) -> float:
        """The least confidence of its digits, 0 to 1."""
        return self.predictions[self.least_confident].confidence


def predict_number(parts: Sequence[Part], recognizer: Recognizer, detector: Detector) -> Number:
    """Predict the digits of a number. parts: as `digits.inference.segmentation` separates them, at least one."""
    steps = [preprocess(part.ink) for part in parts]
    images = np.stack([one.image for one in steps])  # in one batch: a sheet has hundreds
    rows = zip(images, recognizer.probabilities(images), detector.likelihood(images).tolist(), steps, strict=True)
    return Number(parts, [_prediction(*row) for row in rows])


def _prediction(
    image: np.ndarray, probabilities: np.ndarray, likelihood: float, steps: Steps | None = None
) -> Prediction:
    digit = int(probabilities.argmax())
    return Prediction(digit, probabilities, likelihood >= THRESHOLD, likelihood, image, steps)
