"""What the layers of a network answer to a digit, read by OpenCV: no TensorFlow.

`layers.tflite` gives them all in one flat vector, because OpenCV reads one output only; the manifest names them in
order, each with its shape.
"""

import threading
from pathlib import Path

import cv2
import numpy as np

from digits.errors import DamagedFile
from digits.inference.recognizer import SIDE

FEATURES = "features"
"""The last of them: what the last hidden layer makes of a digit, a vector."""


class Layers:
    """The hidden layers of one network, safe to share between threads."""

    def __init__(self, net: cv2.dnn.Net, shapes: dict[str, tuple[int, ...]]) -> None:
        """shapes: of each layer's answer, in the order of the file; (h, w, channels), or (d,) for a vector."""
        self._net, self.shapes = net, shapes
        self._lock = threading.Lock()  # as for Recognizer: a cv2.dnn net is not safe between threads

    @classmethod
    def load(cls, path: Path, shapes: dict[str, tuple[int, ...]]) -> "Layers":
        """Read a `layers.tflite`. Raises DamagedFile when it is missing, cut short, or does not give those shapes."""
        damaged = f"{path.name} is damaged; choose another model or train it again."
        try:
            layers = cls(cv2.dnn.readNetFromTFLite(np.frombuffer(path.read_bytes(), np.uint8)), shapes)
            layers.activations(np.zeros((SIDE, SIDE), np.uint8))
        except (OSError, cv2.error, ValueError) as error:
            raise DamagedFile(damaged) from error
        return layers

    def activations(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """What each layer answers to one digit, after its activation function.

        image: (28, 28) uint8, 0 = paper, 255 = ink. Returns float32 arrays by the layer's name, the first layer first:
        (h, w, channels) of a convolution, (d,) of the last hidden layer.
        """
        answer = self._answer(image)
        ends = np.cumsum([np.prod(shape) for shape in self.shapes.values()])
        if ends[-1] != len(answer):
            raise ValueError(f"the layers give {len(answer)} numbers; expected {ends[-1]}.")
        parts = np.split(answer, ends[:-1])
        return {name: part.reshape(shape) for (name, shape), part in zip(self.shapes.items(), parts, strict=True)}

    def features(self, images: np.ndarray) -> np.ndarray:
        """What the last hidden layer makes of each digit: near each other where the network sees likeness.

        images: (n, 28, 28) uint8; n may be 0. Returns (n, d) float32.
        """
        (width,) = self.shapes[FEATURES]
        answers = np.empty((len(images), width), np.float32)
        for image, answer in zip(images, answers, strict=True):
            answer[:] = self._answer(image)[-width:]
        return answers

    def _answer(self, image: np.ndarray) -> np.ndarray:
        with self._lock:
            # Channels first, although the file says otherwise; see Recognizer.
            self._net.setInput(image.astype(np.float32)[None, None])
            return self._net.forward().reshape(-1)
