"""A trained network: 28 x 28 pixels in, ten probabilities out.

The network divides by 255 itself and ends in a softmax, so nothing is scaled here.
"""

from pathlib import Path

import numpy as np

from digits.errors import DamagedFile
from digits.inference.net import SIDE, Net

DIGITS = 10


class Recognizer:
    """One network, safe to share between threads; it predicts a digit in well under a millisecond."""

    def __init__(self, net: Net, temperature: float = 1.0) -> None:
        self._net, self._temperature = net, temperature

    @classmethod
    def load(cls, path: Path, temperature: float = 1.0) -> "Recognizer":
        """Read an exported LiteRT file.

        temperature: what the logits are divided by, see `at_temperature`. Raises DamagedFile if the file is missing,
        cut short, or not a network from 28 x 28 pixels to ten probabilities.
        """
        return cls(Net.load(path, DIGITS), temperature)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the probabilities of the ten digits for each image.

        images: (n, 28, 28) uint8, 0 = paper, 255 = ink; n may be 0.
        Returns (n, 10) float32: one row per image, one column per digit, each row sums to 1.
        Raises ValueError on any other shape or type, DamagedFile where the network's sums leave what a float holds.
        """
        if images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
            raise ValueError(f"images are {images.dtype} {images.shape}; expected uint8 (n, {SIDE}, {SIDE}).")
        found = at_temperature(self._net.forward(images), self._temperature)
        if np.isnan(found).any():
            raise DamagedFile("The weights of this model are so large that it predicts nothing. Choose another model.")
        return found


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities (n, 10) as if the logits had been divided by `temperature`.

    Over 1 the confidence falls, under 1 it rises; at 1 the probabilities are returned unchanged. After C. Guo et al.,
    "On calibration of modern neural networks" (ICML 2017).
    """
    if temperature == 1:
        return probabilities
    # In logarithms, so that no small probability vanishes before it is rescaled.
    return softmax(np.log(np.maximum(probabilities, 1e-30)) / temperature)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities that logits (n, 10) stand for."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
