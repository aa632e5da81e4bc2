"""Ink -> Prediction: the one path of every drawing and picture, whoever asks.

preprocessing -> 28 x 28 -> recognizer -> ten probabilities; beside it the detector, which looks at the same 28 x 28,
and for a drawing whose strokes are known the path network, which follows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from digits.inference.detector import THRESHOLD, Detector
from digits.inference.numbers.parts import Part
from digits.inference.path_network import join, likelihood_with_path
from digits.inference.preprocessing import Steps, as_drawn, preprocess
from digits.inference.recognizer import Recognizer

NOT_A_DIGIT = "?"  # in place of a digit


@dataclass(frozen=True, eq=False)
class Witnesses:
    """What the network that sees the picture and the one that follows the pen's path predict for one drawing."""

    picture: np.ndarray  # (10,) float32, one probability for each digit
    path: np.ndarray  # (10,) float32, likewise
    are_joined: bool  # whether the prediction is that of both together, not of the picture alone

    @property
    def together(self) -> np.ndarray:
        """The probabilities of both together, (10,) float32."""
        return join(self.picture, self.path)

    @property
    def agree(self) -> bool:
        """Whether both predict the same digit."""
        return bool(self.picture.argmax() == self.path.argmax())


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model predicts for one image."""

    digit: int  # 0 to 9, the most probable one; the closest one where the image is not a digit
    probabilities: np.ndarray  # (10,) float32, one for each digit; they sum to 1
    is_digit: bool  # whether the detector takes the drawing for a digit at all
    likelihood: float  # 0 to 1, of being a digit at all; less than THRESHOLD is not a digit
    image: np.ndarray  # (28, 28) uint8, 0 = paper, 255 = ink: what the network saw
    steps: Steps | None = None  # how the ink became 28 x 28; None for an image that was prepared before
    witnesses: Witnesses | None = None  # None where the strokes are not known, as in a picture

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


def with_path(prediction: Prediction, path: np.ndarray | None, *, joined: bool) -> Prediction:
    """Return a prediction of the picture alone with what the path network predicts beside it.

    path: (10,) from `PathNetwork.predict`; with None the prediction stays as it is. joined: whether both together
    decide on the digit, its probabilities, and whether it is one; else the picture alone does.
    """
    if path is None:
        return prediction
    witnesses = Witnesses(prediction.probabilities, path, joined)
    if not joined:
        return replace(prediction, witnesses=witnesses)
    together = witnesses.together
    likelihood = float(likelihood_with_path(prediction.likelihood, witnesses.picture, path))
    found = _prediction(prediction.image, together, likelihood, prediction.steps)
    return replace(found, witnesses=witnesses)


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


def predict_number(
    parts: Sequence[Part], recognizer: Recognizer, detector: Detector, paths: Sequence[np.ndarray | None] | None = None
) -> Number:
    """Predict the digits of a number. parts: as `digits.inference.numbers.segmentation` separates them, at least one.

    paths: what the path network predicts for each part, to be joined; None where the picture alone decides.
    """
    steps = [preprocess(part.ink) for part in parts]
    images = np.stack([one.image for one in steps])  # in one batch: a sheet has hundreds
    rows = zip(images, recognizer.probabilities(images), detector.likelihood(images).tolist(), steps, strict=True)
    predictions = [_prediction(*row) for row in rows]
    paths = paths or [None] * len(parts)
    return Number(parts, [with_path(*each, joined=True) for each in zip(predictions, paths, strict=True)])


def _prediction(
    image: np.ndarray, probabilities: np.ndarray, likelihood: float, steps: Steps | None = None
) -> Prediction:
    digit = int(probabilities.argmax())
    return Prediction(digit, probabilities, likelihood >= THRESHOLD, likelihood, image, steps)
