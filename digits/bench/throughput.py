"""Training images per second, by network and batch size, once compiled."""

import time

BATCH_SIZES = (32, 128, 512)
SECONDS = 1.0  # about how long each figure is measured


def measure() -> dict:
    """{network: {xla, compile_seconds, flops an image, memory in bytes, images_per_second: {batch size: n}}}."""
    import keras
    import numpy as np

    from digits.bench.digits_data import tutorial_arrays
    from digits.bench.flops import training_flops
    from digits.training import device
    from digits.training.architectures import ARCHITECTURES
    from digits.training.engine import Digits, Engine

    images, labels, _, _ = tutorial_arrays()
    digits = Digits(images, labels)
    order = np.random.default_rng(0).permutation(len(labels)).astype(np.int32)
    name, results = device.choose().name, {}
    for architecture, build in ARCHITECTURES.items():
        speeds, compiling = {}, []
        for batch_size in BATCH_SIZES:
            model = build()
            loss = keras.losses.CategoricalCrossentropy(reduction="mean_with_sample_weight")
            xla = device.use_xla("auto", model, name)
            engine = Engine(model, keras.optimizers.Adam(0.001), loss, batch_size=batch_size, xla=xla)
            began = time.perf_counter()
            engine.train(digits, order, 0, 1)
            compiling.append(time.perf_counter() - began)
            began = time.perf_counter()
            engine.train(digits, order, 0, 5)
            pace = (time.perf_counter() - began) / 5
            steps = int(np.clip(SECONDS / pace, 5, len(labels) // batch_size))
            began = time.perf_counter()
            engine.train(digits, order, 0, steps)
            speeds[batch_size] = steps * batch_size / (time.perf_counter() - began)
        results[architecture] = {
            "xla": xla,
            "compile_seconds": max(compiling),
            "flops": training_flops(model),
            "memory": device.memory(name)["used"],
            "images_per_second": speeds,
        }
    return results
