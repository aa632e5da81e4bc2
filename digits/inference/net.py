"""A LiteRT file as a network that OpenCV runs; what the recognizer, the detector and the activations have in common."""

import hashlib
import threading
from pathlib import Path

import cv2
import numpy as np

SIDE = 28  # px, side of the input of every network
BATCH = 8  # images: 3 ms of the largest network, and half the time of one by one for the small ones
UNREADABLE = (OSError, ValueError, cv2.error)
"""What `Net.load` raises for a file that is missing, cut short, changed, or another kind of network."""


class Net:
    """One network from 28 x 28 pixels to `num_outputs` numbers; threads can share it."""

    def __init__(self, net: cv2.dnn.Net, num_outputs: int) -> None:
        self._net, self.num_outputs = net, num_outputs
        # A cv2.dnn net keeps its input and the outputs of its layers: without a lock, threads read each other's images.
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path, num_outputs: int, sha256: str | None = None) -> "Net":
        """Read what `model.export(file, format="litert")` wrote with a static batch of one, and try it once.

        sha256: 64 hexadecimal digits that the content must have; None where the caller has compared it.
        Raises one of UNREADABLE.
        """
        content = path.read_bytes()
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError("the content has another sha256")
        # From memory, not by name: OpenCV opens no path that is not plain ASCII on every system.
        net = cls(cv2.dnn.readNetFromTFLite(np.frombuffer(content, np.uint8)), num_outputs)
        net.forward(np.zeros((1, SIDE, SIDE), np.uint8))
        return net

    def forward(self, images: np.ndarray, batch: int = BATCH) -> np.ndarray:
        """Return the outputs for each image, (n, num_outputs) float32.

        images: (n, 28, 28) uint8, 0 = paper, 255 = ink; n may be 0. batch: how many go through at a time; a network
        that joins the outputs of several layers takes only 1. Raises ValueError if the network has other outputs.
        """
        outputs = np.empty((len(images), self.num_outputs), np.float32)
        for start in range(0, len(images), batch):
            # OpenCV takes channels first, (n, 1, 28, 28), although the file says (1, 28, 28, 1): given the latter, a
            # dense network returns nonsense without a complaint. It takes any n, whatever the file says.
            blob = images[start : start + batch, np.newaxis].astype(np.float32)
            # Locked for one batch, so that a folder of pictures does not hold up somebody's stroke.
            with self._lock:
                self._net.setInput(blob)
                outputs[start : start + batch] = self._net.forward().reshape(len(blob), self.num_outputs)
        return outputs
