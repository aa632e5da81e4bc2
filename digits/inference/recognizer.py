"""A trained network, read by OpenCV: 28 x 28 pixels in, ten probabilities out, no TensorFlow.

The file is what `model.export(file, format="litert")` writes with a static batch of one. The network divides by
255 itself and ends in a softmax, so nothing is scaled here.
"""

import threading
from pathlib import Path

import cv2
import numpy as np

from digits.errors import DamagedFile

SIDE = 28  # px, side of the network's input
DIGITS = 10
FEW = 8  # digits at a time: 3 ms of the largest network, and half the time of one by one for the small ones


class Recognizer:
    """One network, safe to share between threads; it answers in well under a millisecond a digit."""

    def __init__(self, net: cv2.dnn.Net, temperature: float = 1.0) -> None:
        self._net, self._temperature = net, temperature
        # A cv2.dnn net keeps its input and its layers' outputs: unlocked threads read each other's digits.
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path, temperature: float = 1.0) -> "Recognizer":
        """Read an exported LiteRT file. The temperature says by how much to soften (or sharpen) its answers.

        Raises DamagedFile when it is missing, cut short, or no network from 28 x 28 pixels to ten probabilities.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DamagedFile(
                f"The network {path.name} cannot be read ({error.strerror}); choose another model or train one."
            ) from error
        damaged = f"{path.name} is damaged or no network for digits; choose another model or train it again."
        try:
            # From memory, not by name: OpenCV opens no path that is not plain ASCII on every system.
            recognizer = cls(cv2.dnn.readNetFromTFLite(np.frombuffer(content, np.uint8)), temperature)
            blank = recognizer.probabilities(np.zeros((1, SIDE, SIDE), np.uint8))
        except (cv2.error, ValueError) as error:
            raise DamagedFile(damaged) from error
        # NaN fails this comparison too.
        if not abs(float(blank.sum()) - 1) < 1e-3 or blank.min() < 0:
            raise DamagedFile(damaged)
        return recognizer

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """What the network says of each image.

        images: (n, 28, 28) uint8, 0 = paper, 255 = ink; n may be 0.
        Returns (n, 10) float32: one row per image, one column per digit, each row sums to 1.
        Raises ValueError on any other shape or type.
        """
        if images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
            raise ValueError(f"images are {images.dtype} {images.shape}; expected uint8 (n, {SIDE}, {SIDE}).")
        answers = np.empty((len(images), DIGITS), np.float32)
        for start in range(0, len(images), FEW):
            few = np.s_[start : start + FEW]
            # OpenCV takes channels first, (n, 1, 28, 28), although the file says (1, 28, 28, 1): given the latter, a
            # dense network answers nonsense without a complaint. It takes any n, whatever the file says.
            blob = images[few, np.newaxis].astype(np.float32)
            # Locked for a few at a time, so that a folder of pictures does not hold up somebody's stroke.
            with self._lock:
                self._net.setInput(blob)
                answers[few] = self._net.forward()
        return at_temperature(answers, self._temperature)


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities (n, 10) as if the logits had been divided by `temperature`: over 1 less sure, under 1 surer.

    At 1 they are returned as they are.
    """
    if temperature == 1:
        return probabilities
    # In logarithms and relative to the largest, so that no small probability vanishes before it is rescaled.
    logits = np.log(np.maximum(probabilities, 1e-30)) / temperature
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True))
    return scaled / scaled.sum(axis=1, keepdims=True)
