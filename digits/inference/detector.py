"""The gate: is this a digit at all? A small network of its own, read by OpenCV, so that it serves every network.

The ten probabilities cannot say it: they are shares among digits, and a letter must be one of them. How the gate was
made and how often it errs: digits/starter/detector/card.md.
"""

import threading
from pathlib import Path

import cv2
import numpy as np

from digits.errors import DamagedFile
from digits.inference.recognizer import SIDE
from digits.storage.files import sha256
from digits.storage.home import ROOT
from digits.storage.records import read_json

FOLDER = ROOT / "digits" / "starter" / "detector"
LEAST = 0.1
"""What is less likely to be a digit than this is refused: 1 in 100 of the pen digits, see docs/experiments.md."""


class Gate:
    """Tells digits from other drawings; safe to share between threads, and answers in a tenth of a millisecond."""

    def __init__(self, net: cv2.dnn.Net) -> None:
        self._net = net
        self._lock = threading.Lock()  # as for Recognizer: a cv2.dnn net is not safe between threads

    @classmethod
    def bundled(cls) -> "Gate":
        """The gate that comes with the app, checked against its manifest. Raises DamagedFile."""
        file = FOLDER / "model.tflite"
        if sha256(file) != read_json(FOLDER / "manifest.json").get("sha256", {}).get(file.name):
            raise DamagedFile("The gate is not the file that its manifest describes; install the app again.")
        return cls.load(file)

    @classmethod
    def load(cls, path: Path) -> "Gate":
        """Read an exported LiteRT file. Raises DamagedFile when it is missing, cut short, or no such network."""
        try:
            gate = cls(cv2.dnn.readNetFromTFLite(np.frombuffer(path.read_bytes(), np.uint8)))
            blank = gate.likelihood(np.zeros((1, SIDE, SIDE), np.uint8))
        except (OSError, cv2.error, ValueError) as error:
            raise DamagedFile(f"The gate {path.name} is missing or damaged; install the app again.") from error
        if not 0 <= blank[0] <= 1:
            raise DamagedFile(f"The gate {path.name} is damaged; install the app again.")
        return gate

    def likelihood(self, images: np.ndarray) -> np.ndarray:
        """How likely each picture is a digit, any digit.

        images: (n, 28, 28) uint8, 0 = paper, 255 = ink, as digits/inference/preprocessing.py leaves them; n may be 0.
        Returns (n,) float32, 0 to 1.
        """
        answers = np.empty(len(images), np.float32)
        for position, image in enumerate(images):
            with self._lock:
                # Channels first, although the file says otherwise; see Recognizer.
                self._net.setInput(image.astype(np.float32)[None, None])
                _, answers[position] = self._net.forward().reshape(2)
        return answers

    def accepts(self, images: np.ndarray) -> np.ndarray:
        """Whether each picture (n, 28, 28) uint8 looks like a digit: (n,) bool."""
        return self.likelihood(images) >= LEAST
