"""The digits that all measurements use, as many as MNIST has even where only the sample is prepared."""

import numpy as np

from digits.data.dataset import Dataset, is_prepared, open_dataset
from digits.data.splits import split


def dataset() -> Dataset:
    """Return MNIST; where it is not prepared, the sample repeated to 70,000 digits, which serves to measure speed."""
    if is_prepared("mnist"):
        return open_dataset("mnist")
    sample = open_dataset("sample")
    images, labels = np.tile(sample.images, (14, 1, 1)), np.tile(sample.labels, 14)
    return Dataset("mnist", images, labels)


def tutorial_arrays() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return training images (38400, 28, 28) uint8 and labels (38400,) uint8, then 9,600 for validation."""
    digits, parts = dataset(), split("tutorial", "mnist")
    train, validation = (slice(part.start, part.stop) for part in (parts.train, parts.validation))
    return digits.images[train], digits.labels[train], digits.images[validation], digits.labels[validation]
