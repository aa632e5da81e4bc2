"""The tutorial's network through this project's engine."""

import importlib
import time


def measure() -> dict:
    """Return the seconds to import TensorFlow or JAX, of the first epoch, compiling included, and of each later one."""
    began = time.perf_counter()
    import keras

    importlib.import_module(keras.backend.backend())
    imported = time.perf_counter() - began
    from digits.networks.settings import make_settings
    from digits.training import device, trainer
    from tests.benchmarks.mnist_arrays import dataset

    epochs = []
    settings = make_settings(architecture="mlp", source="mnist", split="tutorial", epochs=21)
    trainer.fit(settings, dataset(), device.choose().name, on_epoch=epochs.append)
    seconds = [epoch["seconds"] for epoch in epochs]
    return {
        "import": imported,
        "first_epoch": seconds[0],
        "epochs": seconds[1:],
        "val_accuracy": epochs[9]["val_accuracy"],
    }
