"""What the numbers mean to the network: scaled pixels, one-hot labels, batches."""

import math

import numpy as np

NUM_CLASSES = 10


def scale(images: np.ndarray) -> np.ndarray:
    """uint8 pixels 0..255 of any shape -> float32 0..1. The networks do this themselves, in their first layer."""
    return images.astype(np.float32) / 255


def one_hot(labels: np.ndarray) -> np.ndarray:
    """labels: (n,) integers 0 to 9. Returns (n, 10) uint8 with a single 1 in each row, at the label's place."""
    return (np.asarray(labels)[:, np.newaxis] == np.arange(NUM_CLASSES)).astype(np.uint8)


def num_batches(num_images: int, batch_size: int) -> int:
    """How many batches one epoch takes; the last may be smaller."""
    return math.ceil(num_images / batch_size)


def batch(images: np.ndarray, labels: np.ndarray, index: int, batch_size: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """The batch of that index as the network gets it: images (b, 28, 28, 1) uint8 and one-hot labels (b, 10) uint8."""
    part = slice(index * batch_size, (index + 1) * batch_size)
    return images[part][..., np.newaxis], one_hot(labels[part])
