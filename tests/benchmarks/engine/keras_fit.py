"""The tutorial's network under plain `model.fit`, with its defaults."""

import time


def measure() -> dict:
    """Return the seconds of the first epoch and of each later one."""
    import keras
    import numpy as np

    from digits.networks.architectures import build
    from digits.networks.settings import make_settings
    from tests.benchmarks.mnist_arrays import tutorial_arrays

    images, labels, val_images, val_labels = tutorial_arrays()
    ends = []
    model = build(make_settings(architecture="mlp"))
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    began = time.perf_counter()
    history = model.fit(
        images[..., np.newaxis].astype("float32"),
        keras.utils.to_categorical(labels, 10),
        batch_size=32,
        epochs=4,
        validation_data=(val_images[..., np.newaxis].astype("float32"), keras.utils.to_categorical(val_labels, 10)),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: ends.append(time.perf_counter()))],
        verbose=0,
    )
    seconds = np.diff([began, *ends]).tolist()
    return {"first_epoch": seconds[0], "epochs": seconds[1:], "val_accuracy": history.history["val_accuracy"][-1]}
