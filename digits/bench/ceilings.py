"""What the device can do at all: the rate of a large matrix product, and of a large copy. Nothing trains faster."""

import statistics
import time

ROUNDS = 5


def measure() -> dict:
    """{flops: operations/s of a float32 product, bytes: bytes/s of a copy, read and written}; medians."""
    from keras import ops

    from digits.training import device

    name = device.choose().name
    side, elements = (1024, 2**24) if name == "CPU" else (8192, 2**30)
    rows = ops.ones((side, side), "float32") / 3
    long = ops.ones((elements,), "float32")
    return {
        "device": name,
        "flops": 2 * side**3 / _seconds(lambda: ops.matmul(rows, rows)[0, 0]),
        "bytes": 2 * 4 * elements / _seconds(lambda: (long + 1.0)[0]),
    }


def _seconds(compute) -> float:
    """Of one call, the first left out; reading a number waits for the device."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        float(compute())
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])
