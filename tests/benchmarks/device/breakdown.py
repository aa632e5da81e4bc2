"""Where the time of a step goes: the same compiled loop with one more of its parts at a time."""

from collections.abc import Sequence

from digits.networks.architectures import RECIPES
from tests.benchmarks.device.throughput import prepared
from tests.benchmarks.device.timing import seconds_a_step

PARTS = ("gathering", "forward", "backward", "optimizer")


def measure(networks: Sequence[str] = tuple(RECIPES)) -> dict:
    """Return {network: {batch_size, seconds: {part: of a step}}}, at the batch size of its recipe.

    seconds: of PARTS[0] itself, of the others what each adds; noise may make a small one negative.
    """
    import numpy as np

    from digits.training import device
    from digits.training.engine import Digits, backend
    from tests.benchmarks.mnist_arrays import tutorial_arrays

    name, results = device.choose().name, {}
    images, labels, _, _ = tutorial_arrays()
    digits = Digits(images, labels)
    order = backend.to_device(np.random.default_rng(0).permutation(len(labels)).astype(np.int32))
    for network in networks:
        batch_size = RECIPES[network].batch_size
        engine, xla = prepared(network, batch_size, name)
        until = []
        for step in _steps(engine):
            loop = backend.loop(step, engine.variables, xla=xla)
            _, seconds = seconds_a_step(
                lambda start, stop, loop=loop: loop(start, stop, digits.images, digits.labels, order),
                len(labels) // batch_size,
            )
            until.append(seconds)
        parts = np.diff(until, prepend=0.0).tolist()
        results[network] = {"batch_size": batch_size, "seconds": dict(zip(PARTS, parts, strict=True))}
    return results


def _steps(engine) -> list:
    """Return the step up to each of PARTS. The output of a part is used, or the compiler would leave the part out."""
    from keras import ops

    from digits.training.engine import backend

    def used(values):
        # The sum of all, one number after the other, would take longer than the products of a small network.
        return ops.max(ops.sum(values, axis=0))

    def gathering(index, images, labels, order):
        pixels, one_hot, weights = engine.batch(index, images, labels, order, engine.batch_size)
        return used(pixels), used(one_hot) + ops.sum(weights)

    def forward(index, images, labels, order):
        return engine.loss_and_num_correct(*engine.batch(index, images, labels, order, engine.batch_size), True)

    def backward(index, images, labels, order):
        batch = engine.batch(index, images, labels, order, engine.batch_size)
        loss, num_correct, gradient = backend.gradient(lambda: engine.loss_and_num_correct(*batch, True), engine.model)
        return loss, num_correct + sum(used(part) for part in gradient)

    return [gathering, forward, backward, engine.train_step]
