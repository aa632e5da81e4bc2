"""Train the detector. Worker side: imports TensorFlow and Keras."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from digits.networks.layers import Layer, build, convolution, whole

EPOCHS, MORE_EPOCHS = 16, 4  # of a new detector, and of one that learns on
BATCH_SIZE = 256
LEARNING_RATE, LOWER_RATE = 0.004, 0.001  # at its highest, after the warm-up; then down to zero along a cosine
WARM_UP = 0.2  # of the steps
SIZES = (24, 5, 2), (32, 3, 1), (48, 3, 2), (96, 3, 2)
"""Filters, width and stride of each convolution: (n, 14, 14, 24), (n, 14, 14, 32), (n, 7, 7, 48), (n, 4, 4, 96)."""


def fit(pictures: np.ndarray, is_digit: np.ndarray, seed: int) -> keras.Sequential:
    """Train a detector, printing each epoch: four convolutions, then the probabilities of no digit and of a digit.

    pictures: (m, 28, 28) uint8; is_digit: (m,) bool.
    """
    keras.utils.set_random_seed(seed)
    blocks = [layer for size in SIZES for layer in convolution(*size, padding="same")]
    model = build("detector", whole([*blocks, Layer("Flatten"), Layer("Dropout", {"rate": 0.4})], num_outputs=2))
    return _fit(model, pictures, is_digit, EPOCHS, LEARNING_RATE)


def refine(detector: Path, pictures: np.ndarray, is_digit: np.ndarray, seed: int) -> keras.Sequential:
    """Let a detector learn on from other pictures, printing each epoch; at a lower rate, so that it forgets little.

    detector: an exported LiteRT file, whose convolutions contain their normalization. pictures, is_digit: as for `fit`.
    """
    keras.utils.set_random_seed(seed)
    options = {"padding": "same", "activation": "relu"}
    blocks = [
        Layer("Conv2D", {"filters": filters, "kernel_size": width, "strides": stride} | options)
        for filters, width, stride in SIZES
    ]
    model = build("detector", whole([*blocks, Layer("Flatten"), Layer("Dropout", {"rate": 0.4})], num_outputs=2))
    interpreter = tf.lite.Interpreter(str(detector))
    interpreter.allocate_tensors()
    tensors = [tensor for tensor in interpreter.get_tensor_details() if tensor["dtype"] == np.float32]
    by_shape = {tuple(tensor["shape"]): tensor["index"] for tensor in reversed(tensors)}
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.weights
            # LiteRT puts the outputs first: (filters, height, width, channels), and (units, inputs) of a dense layer.
            stored = interpreter.get_tensor(by_shape[kernel.shape[-1], *kernel.shape[:-1]])
            scale = 255 if layer is model.layers[1] else 1  # the converter has made the rescaling a part of the first
            layer.set_weights([scale * np.moveaxis(stored, 0, -1), interpreter.get_tensor(by_shape[bias.shape])])
    return _fit(model, pictures, is_digit, MORE_EPOCHS, LOWER_RATE)


def _fit(
    model: keras.Sequential, pictures: np.ndarray, is_digit: np.ndarray, epochs: int, highest: float
) -> keras.Sequential:
    steps = epochs * -(-len(pictures) // BATCH_SIZE)
    warm = int(WARM_UP * steps)
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps - warm, warmup_target=highest, warmup_steps=warm)
    # Without XLA, which is slow for convolutions on a CPU.
    model.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
        steps_per_execution=20,
    )
    model.fit(pictures[..., np.newaxis], is_digit.astype(np.uint8), batch_size=BATCH_SIZE, epochs=epochs, verbose=2)
    return model
