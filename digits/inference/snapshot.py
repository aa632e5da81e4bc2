"""A network as its weights alone, computed by NumPy: it predicts drawings while the training continues.

It needs no TensorFlow, and no file for OpenCV, which takes a second to make. Every kind of layer of our networks is
here and computes what Keras computes.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DamagedFile
from digits.inference.net import SIDE
from digits.inference.recognizer import softmax
from digits.storage.files import StoredFile, read_arrays


class Snapshot:
    """One network after one epoch; threads can share it, because it only reads its weights."""

    def __init__(self, layers: list[dict[str, Any]], weights: list[np.ndarray]):
        """layers: {layer, weights, settings ...}, as `digits.networks.layers.steps` gives them.

        weights: the arrays of all layers, in their order.
        """
        self._steps, arrays = [], iter(weights)
        for layer in layers:
            settings = dict(layer)
            kind, count = settings.pop("layer"), settings.pop("weights")
            self._steps.append((LAYERS[kind], [next(arrays) for _ in range(count)], settings))

    @classmethod
    def load(cls, folder: Path, stored: StoredFile) -> "Snapshot":
        """Read a snapshot file. Raises DamagedFile if it is missing, changed, or not a network for digits."""
        try:
            arrays = read_arrays(folder, stored)
            layers = json.loads(str(arrays["layers"]))
            snapshot = cls(layers, [arrays[f"arr_{number}"] for number in range(len(arrays) - 1)])
            snapshot.probabilities(np.zeros((1, SIDE, SIDE), np.uint8))
        except (DamagedFile, ValueError, TypeError, LookupError, RuntimeError) as error:
            raise DamagedFile(f"The snapshot {stored.name} is damaged. Choose another epoch.") from error
        return snapshot

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the probabilities of the ten digits for each image after that epoch, not calibrated.

        images: (n, 28, 28) uint8, 0 = paper, 255 = ink. Returns (n, 10) float32; each row sums to 1.
        """
        x = images[..., np.newaxis].astype(np.float32)
        for compute, weights, settings in self._steps:
            x = compute(x, *weights, **settings)
        return x

    @property
    def pixel_weights(self) -> np.ndarray | None:
        """The weights of the first layer as pictures, (units, 28, 28) float32; None if that layer is not dense."""
        first = next(weights for _, weights, _ in self._steps if weights)[0]
        return first.T.reshape(-1, SIDE, SIDE) if len(first) == SIDE * SIDE else None


def _rescaling(x: np.ndarray, *, scale: float, offset: float) -> np.ndarray:
    return x * np.float32(scale) + np.float32(offset)


def _convolution(x: np.ndarray, kernel: np.ndarray, bias=0.0, *, strides, padding: str, activation: str) -> np.ndarray:
    """x: (n, h, w, channels). kernel: (kh, kw, channels, filters). Returns (n, h', w', filters)."""
    if padding == "same":
        x = np.pad(x, [(0, 0), *map(same_padding, x.shape[1:3], kernel.shape[:2], strides), (0, 0)])
    # (n, h", w", channels, kh, kw)
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
    windows = windows[:, :: strides[0], :: strides[1]]
    return ACTIVATIONS[activation](np.tensordot(windows, kernel, axes=([4, 5, 3], [0, 1, 2])) + bias)


def same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return the zeros before and after a side under TensorFlow's padding "same": the odd one comes after."""
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def _batch_normalization(x: np.ndarray, gamma, beta, mean, variance, *, epsilon: float) -> np.ndarray:
    factor = gamma / np.sqrt(variance + np.float32(epsilon))
    return x * factor + (beta - mean * factor)


def _dense(x: np.ndarray, kernel: np.ndarray, bias=0.0, *, activation: str) -> np.ndarray:
    return ACTIVATIONS[activation](x @ kernel + bias)


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -80, 80)))  # beyond that it is 0 or 1, and float32 overflows


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": _relu,
    "leaky_relu": lambda x: np.maximum(x, np.float32(0.2) * x),
    "silu": lambda x: x * _sigmoid(x),
    "sigmoid": _sigmoid,
    "softmax": softmax,
}
LAYERS = {
    "Rescaling": _rescaling,
    "Conv2D": _convolution,
    "BatchNormalization": _batch_normalization,
    "ReLU": _relu,
    "Activation": lambda x, *, activation: ACTIVATIONS[activation](x),
    "Flatten": lambda x: x.reshape(len(x), -1),
    "Dense": _dense,
    "Dropout": lambda x: x,  # only while it learns
}
