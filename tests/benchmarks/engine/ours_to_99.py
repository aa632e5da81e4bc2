"""cnn with its defaults on the official split: seconds, accuracy and peak memory."""

import time


def measure() -> dict:
    """Return the seconds of training, compiling included, the accuracy on the official test set, peak memory in MB."""
    import numpy as np

    from digits.data.dataset import open_dataset
    from digits.data.splits import split, take
    from digits.networks.settings import make_settings
    from digits.training import device, trainer

    dataset = open_dataset("mnist")
    settings = make_settings(architecture="cnn", source="mnist", split="official")
    name = device.choose().name
    began = time.perf_counter()
    fitted = trainer.fit(settings, dataset, name)
    seconds = time.perf_counter() - began
    peak = device.memory("CPU")["used"] / 1e6
    images, labels = take(dataset, split("official", "mnist").test)
    probabilities = fitted.model.predict(images[..., np.newaxis].astype("float32"), batch_size=1000, verbose=0)
    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    return {"seconds": seconds, "accuracy": accuracy, "epochs": settings.epochs, "peak_memory_mb": peak}
