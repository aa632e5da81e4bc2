"""What the device can do at most: the rate of a large matrix product and of a large copy, and the floors they set.

A step cannot be faster than its products at that rate, nor than moving the bytes that it must touch: the roofline of
Williams, Waterman and Patterson (2009). Small networks stay in the caches, which are faster than the memory. So the
bytes of each step are moved in the engine's own loop, where what fits into a cache stays there as well.
"""

import statistics
import time
from collections.abc import Sequence

from digits.networks.architectures import RECIPES
from tests.benchmarks.device.throughput import BATCH_SIZES
from tests.benchmarks.device.timing import seconds_a_step

ROUNDS = 5
MOST_STEPS = 20_000


def measure(networks: Sequence[str] = tuple(RECIPES)) -> dict:
    """Return {device, flops: operations/s of a float32 product, bytes: bytes/s of a copy, read and written, floors}.

    floors: {network: {batch size: {products, bytes}}}, the seconds of a step that each of the two takes by itself.
    """
    from keras import ops

    from digits.networks.architectures import build
    from digits.networks.settings import make_settings
    from digits.training import device
    from tests.benchmarks.device.counting import training_bytes, training_flops

    name = device.choose().name
    side, large = (1024, 2**27) if name == "CPU" else (8192, 2**33)
    rows = ops.ones((side, side), "float32") / 3
    flops = 2 * side**3 / _seconds(lambda: ops.matmul(rows, rows)[0, 0])
    floors = {}
    for network in networks:
        model = build(make_settings(architecture=network))
        floors[network] = {
            size: {"products": training_flops(model) * size / flops, "bytes": moving(training_bytes(model, size))}
            for size in BATCH_SIZES
        }
    return {"device": name, "flops": flops, "bytes": large / moving(large), "floors": floors}


def moving(num_bytes: int) -> float:
    """Return the seconds to read half of `num_bytes` and write the other half, in the compiled loop that trains."""
    import keras
    import numpy as np
    from keras import ops

    from digits.training.engine import backend

    values = keras.Variable(np.ones(num_bytes // 8, np.float32), trainable=False)

    def step(index, images, labels, order):
        values.assign(0.5 * values + 1.0)
        return ops.take(values, 0), ops.zeros(())

    loop = backend.loop(step, [values], xla=True)
    nothing = backend.to_device(np.zeros(MOST_STEPS, np.int32))
    _, seconds = seconds_a_step(lambda start, stop: loop(start, stop, nothing, nothing, nothing), MOST_STEPS)
    return seconds


def _seconds(compute) -> float:
    """Return the seconds of one call, without the first; reading a number waits for the device."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        float(compute())
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])
