"""cnn with its defaults but three epochs, on the official split: seconds, accuracy and peak memory.

Three are enough for 99.0%, with each of five seeds (docs/experiments.md); the recipe has four.
"""

import time


def measure() -> dict:
    """Return the seconds of training, compiling included, the accuracy on the official test set, peak memory in MB."""
    import numpy as np

    from digits.data.dataset import open_dataset
    from digits.data.splits import split, take
    from digits.networks.settings import make_settings
    from digits.training import device, trainer

    dataset = open_dataset("mnist")
    settings = make_settings(architecture="cnn", source="mnist", split="official", epochs=3)
    name = device.choose().name
    began = time.perf_counter()
    fitted = trainer.fit(settings, dataset, name)
    seconds = time.perf_counter() - began
    peak = device.memory("CPU")["used"] / 1e6
    images, labels = take(dataset, split("official", "mnist").test)
    probabilities = fitted.model.predict(images[..., np.newaxis].astype("float32"), batch_size=1000, verbose=0)
    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    return {"seconds": seconds, "accuracy": accuracy, "epochs": settings.epochs, "peak_memory_mb": peak}
