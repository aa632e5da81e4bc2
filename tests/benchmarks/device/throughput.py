"""Training images per second, by network and batch size, once compiled."""

from collections.abc import Sequence

from digits.networks.architectures import RECIPES
from tests.benchmarks.device.timing import seconds_a_step

BATCH_SIZES = (32, 128, 512)


def measure(networks: Sequence[str] = tuple(RECIPES)) -> dict:
    """Return {network: {xla, compile_seconds, memory in bytes, images_per_second: {batch size: n}}}."""
    import numpy as np

    from digits.training import device
    from digits.training.engine import Digits
    from tests.benchmarks.mnist_arrays import tutorial_arrays

    name, results = device.choose().name, {}
    images, labels, _, _ = tutorial_arrays()
    digits = Digits(images, labels)
    order = np.random.default_rng(0).permutation(len(labels)).astype(np.int32)
    for network in networks:
        speeds, compiling = {}, []
        for batch_size in BATCH_SIZES:
            engine, xla = prepared(network, batch_size, name)
            first, seconds = seconds_a_step(
                lambda start, stop, engine=engine: engine.train(digits, order, start, stop), len(labels) // batch_size
            )
            compiling.append(first)
            speeds[batch_size] = batch_size / seconds
        results[network] = {
            "xla": xla,
            "compile_seconds": max(compiling),
            "memory": device.memory(name)["used"],
            "images_per_second": speeds,
        }
    return results


def prepared(network: str, batch_size: int, device_name: str):
    """Return the engine of a new network, as the trainer makes it, and whether XLA compiles its loop."""
    import keras

    from digits.networks.architectures import build
    from digits.networks.settings import make_settings
    from digits.training import device
    from digits.training.engine import Engine

    model = build(make_settings(architecture=network))
    loss = keras.losses.CategoricalCrossentropy(reduction="mean_with_sample_weight")
    xla = device.use_xla("auto", model, device_name)
    return Engine(model, keras.optimizers.Adam(0.001), loss, batch_size=batch_size, xla=xla), xla
