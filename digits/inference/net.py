"""A LiteRT file as a network that OpenCV runs; what the recognizer, the detector and the activations have in common."""

import threading
from pathlib import Path

import cv2
import numpy as np

from digits.errors import DamagedFile

SIDE = 28  # px, side of the input of every network
BATCH = 8  # images: 3 ms of the largest network, and half the time of one by one for the small ones


class Net:
    """One network from 28 x 28 pixels to `num_outputs` numbers; threads can share it."""

    def __init__(self, net: cv2.dnn.Net, num_outputs: int) -> None:
        self._net, self.num_outputs = net, num_outputs
        # A cv2.dnn net keeps its input and the outputs of its layers: without a lock, threads read each other's images.
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path, num_outputs: int, *, are_probabilities: bool = True) -> "Net":
        """Read what `model.export(file, format="litert")` wrote with a static batch of one, and try it once.

        Raises DamagedFile if the file is missing, cut short, or another kind of network.
        """
        try:
            # From memory, not by name: OpenCV opens no path that is not plain ASCII on every system.
            net = cls(cv2.dnn.readNetFromTFLite(np.frombuffer(path.read_bytes(), np.uint8)), num_outputs)
            blank = net.forward(np.zeros((1, SIDE, SIDE), np.uint8))
            # NaN fails this comparison too.
            if are_probabilities and not (abs(float(blank.sum()) - 1) < 1e-3 and blank.min() >= 0):
                raise ValueError("the outputs are not probabilities")
        except (OSError, ValueError, cv2.error) as error:
            raise DamagedFile(
                f"The model file {path.name} is missing or damaged. Choose another model, or train this one again."
            ) from error
        return net

    def forward(self, images: np.ndarray) -> np.ndarray:
        """Return the outputs for each image, (n, num_outputs) float32.

        images: (n, 28, 28) uint8, 0 = paper, 255 = ink; n may be 0. Only one at a time for a network that joins the
        outputs of several layers. Raises ValueError if the network has other outputs.
        """
        outputs = np.empty((len(images), self.num_outputs), np.float32)
        for start in range(0, len(images), BATCH):
            # OpenCV takes channels first, (n, 1, 28, 28), although the file says (1, 28, 28, 1): given the latter, a
            # dense network returns nonsense without a complaint. It takes any n, whatever the file says.
            blob = images[start : start + BATCH, np.newaxis].astype(np.float32)
            # Locked for one batch, so that a folder of pictures does not hold up somebody's stroke.
            with self._lock:
                self._net.setInput(blob)
                outputs[start : start + BATCH] = self._net.forward().reshape(len(blob), self.num_outputs)
        return outputs
