"""Read Optdigits: 1,797 digits of other writers than MNIST's, which the package scikit-learn ships.

Each is a picture of 8 x 8 pixels, 0 = paper, 16 = ink: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten
Digits (UCI Machine Learning Repository, 1998), of which scikit-learn has the test set, by 13 writers.
"""

import gzip
import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from digits.errors import DataUnavailable

SHA256 = "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2"
"""Of the bytes of scikit-learn's table, (1797, 65) uint8: 64 pixels and the label."""
DARKEST = 16
ZOOM = 8  # 64 x 64 pixels: about as fine as a drawing that somebody uploads


def load() -> tuple[np.ndarray, np.ndarray]:
    """Return images (1797, 28, 28) uint8, prepared like every picture, and labels (1797,) uint8, in their own order.

    Raises DataUnavailable if the package has other digits.
    """
    # A machine that only measures its GPU has neither OpenCV nor these digits.
    import cv2

    from digits.inference.preprocessing import to_mnist

    # Not `sklearn.datasets.load_digits()`: importing that package costs seconds.
    file = Path(find_spec("sklearn").origin).parent / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(file, "rt") as text:
        table = np.loadtxt(text, delimiter=",", dtype=np.uint8)
    if hashlib.sha256(table).hexdigest() != SHA256:
        raise DataUnavailable("The digits in the package scikit-learn are not Optdigits. Install the packages again.")
    small = np.rint(table[:, :-1].reshape(-1, 8, 8) * (255 / DARKEST)).astype(np.uint8)
    large = (cv2.resize(image, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC) for image in small)
    return np.stack([to_mnist(image) for image in large]), table[:, -1].copy()
