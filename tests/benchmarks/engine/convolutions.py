"""The convolutional networks through this project's engine: images a second in training, once compiled."""

import os

import numpy as np

CASES = (("cnn", 32), ("cnn", 256), ("cnn-large", 128))
"""Network and batch size; those of issue 18's bars."""


def measure(threads: int | None = None) -> dict:
    """Return {"cnn, batch 32": images a second, ...}. threads: of one operation; as many as cores by default."""
    if threads:
        os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)  # read when TensorFlow is imported, which is now
    from digits.training import device
    from digits.training.engine import Digits
    from tests.benchmarks.device.throughput import prepared
    from tests.benchmarks.device.timing import seconds_a_step
    from tests.benchmarks.mnist_arrays import tutorial_arrays

    name, found = device.choose().name, {}
    images, labels, _, _ = tutorial_arrays()
    digits = Digits(images, labels)
    for network, batch_size in CASES:
        engine, _ = prepared(network, batch_size, name)
        _, seconds = seconds_a_step(
            lambda start, stop, engine=engine: engine.train(digits, order(len(labels)), start, stop),
            len(labels) // batch_size,
        )
        found[f"{network}, batch {batch_size}"] = batch_size / seconds
    return found


def order(num_digits: int) -> np.ndarray:
    """Return the shuffled indices (n,) int32 in which every library learns."""
    return np.random.default_rng(0).permutation(num_digits).astype(np.int32)
