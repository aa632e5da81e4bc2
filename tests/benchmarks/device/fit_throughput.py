"""Training images per second under plain `model.fit`, by network and batch size, once compiled."""

import time
from collections.abc import Sequence

from digits.networks.architectures import RECIPES
from tests.benchmarks.device.throughput import BATCH_SIZES

NUM_IMAGES = 9_600


def measure(networks: Sequence[str] = tuple(RECIPES)) -> dict:
    """Return {network: {batch size: images per second}}."""
    import keras
    import numpy as np

    from digits.networks.architectures import build
    from digits.networks.settings import make_settings
    from digits.training import device
    from tests.benchmarks.mnist_arrays import tutorial_arrays

    name = device.choose().name
    images, labels, _, _ = tutorial_arrays()
    images, labels = images[:NUM_IMAGES, ..., np.newaxis].astype("float32"), labels[:NUM_IMAGES]
    labels, results = keras.utils.to_categorical(labels, 10), {}
    for architecture in networks:
        results[architecture] = {}
        for batch_size in BATCH_SIZES:
            model = build(make_settings(architecture=architecture))
            model.compile(keras.optimizers.Adam(0.001), "categorical_crossentropy", metrics=["accuracy"])
            model.fit(images[: 4 * batch_size], labels[: 4 * batch_size], batch_size=batch_size, verbose=0)
            slow = name == "CPU" and architecture == "cnn-large"  # a thousand digits a second
            some = 4 * batch_size if slow else NUM_IMAGES // batch_size * batch_size
            began = time.perf_counter()
            model.fit(images[:some], labels[:some], batch_size=batch_size, verbose=0)
            results[architecture][batch_size] = some / (time.perf_counter() - began)
    return results
