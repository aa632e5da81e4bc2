"""The digit detector: is a drawing a digit at all? A small separate network, so that it serves every model.

The ten probabilities cannot tell: they are fractions of one whole, and a letter must be one of the ten. How the
detector was made and how often it errs: digits/starter/detector/card.md.
"""

from pathlib import Path

import numpy as np

from digits.errors import DamagedFile
from digits.inference.net import Net
from digits.storage.files import StoredFile, checked, read_json
from digits.storage.home import ROOT

FOLDER = ROOT / "digits" / "starter" / "detector"
THRESHOLD = 0.1
"""A drawing with a smaller likelihood is rejected: 1 in 100 of the pen digits, see docs/experiments.md."""
DAMAGED = "The digit detector is missing or damaged. Install the app again."


class Detector:
    """Tells digits from other drawings in a tenth of a millisecond; threads can share it."""

    def __init__(self, net: Net) -> None:
        self._net = net

    @classmethod
    def bundled(cls) -> "Detector":
        """Load the detector that comes with the app, compared with its manifest. Raises DamagedFile."""
        try:
            digest = read_json(FOLDER / "manifest.json")["sha256"]["model.tflite"]
            return cls.load(checked(FOLDER, StoredFile("model.tflite", digest)))
        except (DamagedFile, KeyError, TypeError) as error:
            raise DamagedFile(DAMAGED) from error

    @classmethod
    def load(cls, path: Path) -> "Detector":
        """Read an exported LiteRT file. Raises DamagedFile if it is missing, cut short, or another kind of network."""
        try:
            return cls(Net.load(path, 2))
        except DamagedFile as error:
            raise DamagedFile(DAMAGED) from error

    def likelihood(self, images: np.ndarray) -> np.ndarray:
        """Return how likely each image is a digit, whichever: (n,) float32, 0 to 1.

        images: (n, 28, 28) uint8, 0 = paper, 255 = ink, as digits/inference/preprocessing.py leaves them; n may be 0.
        """
        return self._net.forward(images)[:, 1]

    def accepts(self, images: np.ndarray) -> np.ndarray:
        """Return whether each image, (n, 28, 28) uint8, looks like a digit: (n,) bool."""
        return self.likelihood(images) >= THRESHOLD
