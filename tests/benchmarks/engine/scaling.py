"""How the cost of a training grows: images a second over cores, batch sizes and digits, and the memory it takes."""

import os

NETWORKS = {"mlp": 32, "cnn": 256, "cnn-large": 128}
"""The batch sizes of their recipes."""


def measure(
    cores: int | None = None, networks: dict[str, list[int]] | None = None, num_digits: int | None = None
) -> dict:
    """Return {images_per_second: {network: {batch size: n}}, memory: peak of this process in bytes}.

    cores: how many this process may use; all by default. networks: batch sizes by network. num_digits: how many are
    learned from, as in an epoch; beyond MNIST's 60,000 they are augmented ones. Fewer than an epoch are timed.
    """
    if cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])  # before TensorFlow counts them
    from digits.training import device
    from digits.training.engine import Digits
    from tests.benchmarks.device.throughput import prepared
    from tests.benchmarks.device.timing import seconds_a_step
    from tests.benchmarks.engine.convolutions import order

    images, labels = _digits(num_digits or 38_400)
    digits, indices = Digits(images, labels), order(len(labels))
    name, found = device.choose().name, {}
    for network, sizes in (networks or {name: [size] for name, size in NETWORKS.items()}).items():
        for batch_size in sizes:
            engine, _ = prepared(network, batch_size, name)
            _, seconds = seconds_a_step(
                lambda start, stop, engine=engine: engine.train(digits, indices, start, stop), len(labels) // batch_size
            )
            found.setdefault(network, {})[batch_size] = batch_size / seconds
    return {"images_per_second": found, "memory": device.memory("CPU")["used"]}


def _digits(count: int):
    """Return so many digits: (n, 28, 28) uint8 and labels (n,) uint8."""
    import numpy as np

    from digits.networks.augmentation import augment
    from tests.benchmarks.mnist_arrays import dataset

    images, labels = dataset().images[:60_000], np.asarray(dataset().labels[:60_000])
    rng = np.random.default_rng(0)
    copies = [np.asarray(images), *(augment(images, labels, rng) for _ in range(1, -(-count // len(labels))))]
    return np.concatenate(copies)[:count], np.tile(labels, len(copies))[:count]
