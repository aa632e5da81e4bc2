"""The digit detector: is a drawing a digit at all? A small network of its own, so that it serves every model.

The ten probabilities cannot tell: they are fractions of one whole, and a letter must be one of the ten. How the
detector was made and how often it errs: digits/starter/detector/card.md.
"""

import json
from pathlib import Path

import numpy as np

from digits.errors import DamagedFile
from digits.inference.net import UNREADABLE, Net
from digits.storage.home import ROOT

FOLDER = ROOT / "digits" / "starter" / "detector"
THRESHOLD = 0.1
"""A drawing with a smaller likelihood is rejected: 1 in 100 of the pen digits, see docs/experiments.md."""


class Detector:
    """Tells digits from other drawings in a tenth of a millisecond; threads can share it."""

    def __init__(self, net: Net) -> None:
        self._net = net

    @classmethod
    def bundled(cls) -> "Detector":
        """Load the detector that comes with the app, compared with its manifest. Raises DamagedFile."""
        try:
            sha256 = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["sha256"]["model.tflite"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedFile("The manifest of the digit detector is damaged. Install the app again.") from error
        return cls.load(FOLDER / "model.tflite", sha256=sha256)

    @classmethod
    def load(cls, path: Path, *, sha256: str | None = None) -> "Detector":
        """Read an exported LiteRT file.

        sha256: of the content, 64 hexadecimal digits; None where the caller has compared it. Raises DamagedFile if the
        file is missing, changed, cut short, or another kind of network.
        """
        try:
            return cls(Net.load(path, 2, sha256))
        except UNREADABLE as error:
            raise DamagedFile("The digit detector is missing or damaged. Install the app again.") from error

    def likelihood(self, images: np.ndarray) -> np.ndarray:
        """Return how likely each image is a digit, whichever: (n,) float32, 0 to 1.

        images: (n, 28, 28) uint8, 0 = paper, 255 = ink, as digits/inference/preprocessing.py leaves them; n may be 0.
        """
        return self._net.forward(images)[:, 1]

    def accepts(self, images: np.ndarray) -> np.ndarray:
        """Return whether each image, (n, 28, 28) uint8, looks like a digit: (n,) bool."""
        return self.likelihood(images) >= THRESHOLD
