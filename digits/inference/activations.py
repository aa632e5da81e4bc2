"""The activations of a network's hidden layers for a digit.

`layers.tflite` gives them all in one flat vector, because OpenCV reads one output only; whoever loads the file knows
the shape of each, in order.
"""

from pathlib import Path

import numpy as np

from digits.inference.net import Net

FEATURES = "features"
"""The name of the last of them: the activations of the last hidden layer, a vector."""


class Activations:
    """The hidden layers of one network; threads can share it."""

    def __init__(self, net: Net, shapes: dict[str, tuple[int, ...]]) -> None:
        """shapes: of each layer, in the order of the file; (h, w, channels), or (d,) for a vector."""
        self._net, self.shapes = net, shapes

    @classmethod
    def load(cls, path: Path, shapes: dict[str, tuple[int, ...]]) -> "Activations":
        """Read a `layers.tflite`. Raises DamagedFile if it is missing, cut short, or does not give those shapes."""
        num_outputs = sum(int(np.prod(shape)) for shape in shapes.values())
        return cls(Net.load(path, num_outputs, are_probabilities=False), shapes)

    def activations(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """Return the activations of each layer for one image, float32, by the name of the layer, the first layer first.

        image: (28, 28) uint8, 0 = paper, 255 = ink. The arrays are (h, w, channels) for a convolution, (d,) for the
        last hidden layer.
        """
        flat = self._net.forward(image[np.newaxis])[0]
        ends = np.cumsum([np.prod(shape) for shape in self.shapes.values()])
        parts = np.split(flat, ends[:-1])
        return {name: part.reshape(shape) for (name, shape), part in zip(self.shapes.items(), parts, strict=True)}

    def features(self, images: np.ndarray) -> np.ndarray:
        """Return the activations of the last hidden layer for each image: close together where images look alike to it.

        images: (n, 28, 28) uint8; n may be 0. Returns (n, d) float32.
        """
        (width,) = self.shapes[FEATURES]
        features = np.empty((len(images), width), np.float32)
        # One by one: all layers together are 300 times as many numbers, and OpenCV joins them for one image only.
        for row in range(len(images)):
            features[row] = self._net.forward(images[row : row + 1])[0, -width:]
        return features
