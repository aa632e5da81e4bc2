"""The path network: which digit do the strokes make, by the way the pen went? A second witness beside the picture.

It sees no pixels, only 48 points along the path: the place, the direction, and whether the pen was in the air. A small
one-dimensional convolutional network, computed by NumPy and independent of the network that sees the picture, so it
serves every model. How it was made and how good it is: digits/starter/path/card.md.
"""

from collections.abc import Sequence

import numpy as np

from digits.errors import DamagedFile
from digits.inference.preprocessing import FAINT
from digits.inference.recognizer import softmax
from digits.inference.snapshot import same_padding
from digits.inference.strokes import Stroke
from digits.storage.files import StoredFile, read_arrays, read_json
from digits.storage.home import ROOT

FOLDER = ROOT / "digits" / "starter" / "path"
NUM_POINTS = 48
CHANNELS = 5  # x, y, cosine and sine of the direction, pen up
STRIDES = 1, 2, 2, 2  # of the convolutions
WEIGHT = 0.5
"""Of the path's log-probabilities beside the picture's; chosen by cross-validation over writers, see the card."""
FLOOR = 0.001
"""A smaller probability of the path counts as much, so the path moves log-odds by at most WEIGHT * log(1 / FLOOR)."""
NEUTRAL = 0.2
"""Agreement of picture and path at which the path says nothing of whether the drawing is a digit at all."""
EVIDENCE = 2.0  # the power to which the agreement, by NEUTRAL, counts in the odds of being a digit
LEAST = 0.01  # a smaller agreement counts as much: whoever draws a digit in an unusual way is not refused for that
KNOWN = 0.9  # of a stroke's points lie on the ink of a digit to which it belongs
DAMAGED = "The path network is missing or damaged. Install the app again."


class PathNetwork:
    """From the strokes of one digit to ten probabilities, in a quarter of a millisecond; threads can share it."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        """arrays: kernel_0 (width, channels, filters), bias_0, ...; kernel and bias of the dense layer; temperature."""
        self._convolutions = [(arrays[f"kernel_{place}"], arrays[f"bias_{place}"]) for place in range(len(STRIDES))]
        self._dense = arrays["kernel"], arrays["bias"]
        self.temperature = float(arrays["temperature"])

    @classmethod
    def bundled(cls) -> "PathNetwork":
        """Load the one that comes with the app, compared with its manifest. Raises DamagedFile."""
        try:
            digest = read_json(FOLDER / "manifest.json")["sha256"]["model.npz"]
            stored = read_arrays(FOLDER, StoredFile("model.npz", digest))
            network = cls({name: array.astype(np.float32) for name, array in stored.items()})
            network.probabilities(np.zeros((1, NUM_POINTS, CHANNELS), np.float32))
        except (DamagedFile, KeyError, TypeError, ValueError) as error:
            raise DamagedFile(DAMAGED) from error
        return network

    def probabilities(self, paths: np.ndarray) -> np.ndarray:
        """Return the calibrated probabilities of the ten digits, (n, 10) float32.

        paths: (n, NUM_POINTS, CHANNELS) float32, each from `follow`.
        """
        x = paths
        for (kernel, bias), stride in zip(self._convolutions, STRIDES, strict=True):
            x = np.maximum(_convolution(x, kernel, stride) + bias, 0)
        kernel, bias = self._dense
        return softmax((x.reshape(len(x), -1) @ kernel + bias) / self.temperature)

    def predict(self, strokes: Sequence[Stroke], ink: np.ndarray) -> np.ndarray | None:
        """Return the ten probabilities of one digit, (10,) float32; None where its path is not known.

        strokes: of the whole drawing. ink: (H, W) uint8, the ink of this digit on the drawing. A stroke that was erased
        in part, leaves the canvas or belongs to two digits hides the path.
        """
        lines = lines_on(strokes, ink)
        return self.probabilities(follow(lines)[np.newaxis])[0] if lines else None


def lines_on(strokes: Sequence[Stroke], ink: np.ndarray) -> list[np.ndarray]:
    """Return the points of the strokes that lie on the ink, (H, W) uint8; none where one of them does in part."""
    lines = []
    for stroke in strokes:
        x, y = np.floor(stroke.points).astype(int).T
        inside = (x >= 0) & (x < ink.shape[1]) & (y >= 0) & (y < ink.shape[0])
        fraction = (ink[y[inside], x[inside]] > FAINT).sum() / len(x)
        if fraction >= KNOWN:
            lines.append(stroke.points)
        elif fraction > 1 - KNOWN:
            return []
    return lines


def follow(lines: Sequence[np.ndarray]) -> np.ndarray:
    """Follow the strokes of one digit: (NUM_POINTS, CHANNELS) float32, at equal distances along the path.

    lines: (p, 2) each, x to the right, y down, of any size; at least one. The longest side becomes 2, centred on 0. The
    pen's way through the air, from one stroke to the next, is a part of the path.
    """
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    points = (points - (low + high) / 2) * (2 / max((high - low).max(), 1e-6))
    up = np.zeros(len(points), bool)  # on the way to this point
    up[np.cumsum([len(line) for line in lines])[:-1]] = True
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, along[-1], NUM_POINTS)
    places = np.stack([np.interp(at, along, column) for column in points.T], axis=1)
    direction = np.gradient(places, axis=0)
    direction /= np.maximum(np.hypot(*direction.T), 1e-6)[:, np.newaxis]
    in_air = up[np.minimum(np.searchsorted(along, at), len(up) - 1)]
    return np.column_stack([places, direction, in_air]).astype(np.float32)


def join(picture: np.ndarray, path: np.ndarray, weight: float = WEIGHT) -> np.ndarray:
    """Return what both witnesses say together: (..., 10) probabilities.

    The product of the picture's probabilities and of the path's to the power of `weight` (a logarithmic opinion pool).
    """
    joined = picture * np.maximum(path, FLOOR) ** weight
    return joined / joined.sum(axis=-1, keepdims=True)


def likelihood_with_path(likelihood: np.ndarray, picture: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Return how likely drawings are digits at all, (...) float, when the path is known.

    likelihood: (...), what the detector says of the picture. picture, path: (..., 10) probabilities. Their agreement is
    the probability that both mean the same digit: of a digit it is high, and of a letter or a scribble seldom.
    """
    agreement = np.maximum((picture * path).sum(axis=-1), LEAST)
    odds = likelihood / np.maximum(1 - likelihood, 1e-6) * (agreement / NEUTRAL) ** EVIDENCE
    return odds / (1 + odds)


def _convolution(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """x: (n, length, channels). kernel: (width, channels, filters). Padded as Keras pads with "same"."""
    length = x.shape[1]
    padded = np.pad(x, [(0, 0), same_padding(length, len(kernel), stride), (0, 0)])
    span = (-(-length // stride) - 1) * stride + 1
    return sum(padded[:, tap : tap + span : stride] @ weights for tap, weights in enumerate(kernel))
