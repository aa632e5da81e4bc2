"""Several networks trained at once on JAX: images per second of all together, by how many there are."""

import os
from collections.abc import Sequence

from digits.networks.architectures import RECIPES
from tests.benchmarks.device.timing import seconds_a_step

COUNTS = (1, 4, 16)
COUNTS_ON_CPU = (1, 4)


def measure(networks: Sequence[str] = tuple(RECIPES)) -> dict:
    """Return {network: {batch_size, images_per_second: {count: n}}}, at the batch size of its recipe."""
    os.environ["KERAS_BACKEND"] = "jax"  # before Keras is imported
    import keras
    import numpy as np

    from digits.networks.architectures import build
    from digits.networks.settings import make_settings
    from digits.training import device
    from digits.training.engine import Digits, Engine
    from digits.training.parallel_runs import ParallelRuns
    from tests.benchmarks.mnist_arrays import tutorial_arrays

    name, results = device.choose().name, {}
    images, labels, _, _ = tutorial_arrays()
    digits = Digits(images, labels)
    order = np.random.default_rng(0).permutation(len(labels)).astype(np.int32)
    loss = keras.losses.CategoricalCrossentropy(reduction="mean_with_sample_weight")
    for network in networks:
        settings, batch_size, speeds = make_settings(architecture=network), RECIPES[network].batch_size, {}
        for count in COUNTS_ON_CPU if name == "CPU" else COUNTS:
            model, rate = build(settings), keras.Variable(0.001, trainable=False)
            xla = device.use_xla("auto", model, name)
            engine = Engine(model, keras.optimizers.Adam(lambda rate=rate: rate), loss, batch_size=batch_size, xla=xla)
            together, orders = ParallelRuns(engine, rate, [0.001] * count), np.stack([order] * count)
            together.begin([build(settings) for _ in range(count)])
            _, seconds = seconds_a_step(
                lambda start, stop, together=together, orders=orders: together.train(digits, orders, start, stop),
                len(labels) // batch_size,
            )
            speeds[count] = count * batch_size / seconds
        results[network] = {"batch_size": batch_size, "images_per_second": speeds}
    return results
