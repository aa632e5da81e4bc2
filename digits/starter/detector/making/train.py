"""Train the detector. Worker side: imports TensorFlow and Keras."""

import keras
import numpy as np

from digits.networks.layers import Layer, build, convolution, whole

EPOCHS = 16
BATCH_SIZE = 256
LEARNING_RATE = 0.004  # at its highest, after the warm-up; then down to zero along a cosine
WARM_UP = 0.2  # of the steps


def fit(pictures: np.ndarray, is_digit: np.ndarray, seed: int) -> keras.Sequential:
    """Train a detector, printing each epoch: four convolutions, then the probabilities of no digit and of a digit.

    pictures: (m, 28, 28) uint8; is_digit: (m,) bool.
    """
    keras.utils.set_random_seed(seed)
    # (n, 14, 14, 24), (n, 14, 14, 32), (n, 7, 7, 48), (n, 4, 4, 96)
    sizes = ((24, 5, 2), (32, 3, 1), (48, 3, 2), (96, 3, 2))
    blocks = [layer for size in sizes for layer in convolution(*size, padding="same")]
    model = build("detector", whole([*blocks, Layer("Flatten"), Layer("Dropout", {"rate": 0.4})], num_outputs=2))
    steps = EPOCHS * -(-len(pictures) // BATCH_SIZE)
    warm = int(WARM_UP * steps)
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps - warm, warmup_target=LEARNING_RATE, warmup_steps=warm)
    # Without XLA, which is slow for convolutions on a CPU.
    model.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
        steps_per_execution=20,
    )
    model.fit(pictures[..., np.newaxis], is_digit.astype(np.uint8), batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=2)
    return model
