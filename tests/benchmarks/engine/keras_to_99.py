"""keras.io's mnist_convnet under plain `model.fit`: seconds until it first reaches 99.0% on the official test set.

The network and its settings are those of the example "Simple MNIST convnet" on keras.io. Evaluating it is not counted.
"""

import time

GOAL = 0.99
MAX_EPOCHS = 15


def measure() -> dict:
    """Return the seconds and epochs of training until the goal; the accuracy then."""
    import keras
    import numpy as np
    from keras import layers

    from digits.data.dataset import open_dataset
    from digits.data.splits import split, take

    dataset, parts = open_dataset("mnist"), split("official", "mnist")

    def arrays(part):
        images, labels = take(dataset, part)
        return images[..., np.newaxis].astype("float32") / 255, keras.utils.to_categorical(labels, 10)

    images, labels = arrays(range(60_000))
    test_images, test_labels = arrays(parts.test)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    seconds, accuracy, epochs = 0.0, 0.0, 0
    while accuracy < GOAL and epochs < MAX_EPOCHS:
        began = time.perf_counter()
        model.fit(images, labels, batch_size=128, epochs=1, validation_split=0.1, verbose=0)
        seconds += time.perf_counter() - began
        epochs += 1
        accuracy = model.evaluate(test_images, test_labels, batch_size=500, verbose=0)[1]
    return {"seconds": seconds, "epochs": epochs, "accuracy": accuracy}
