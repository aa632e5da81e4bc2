"""The networks, and the recipe that trains each of them well.

Every network takes pixels as they are stored, (n, 28, 28, 1) from 0 to 255, and divides them by 255 itself, which keeps
training and prediction alike. It returns ten probabilities, (n, 10). It has only layers that OpenCV's DNN module reads.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

LAYERS_FILE = Path(__file__).with_name("layers.json")


def linear() -> "keras.Sequential":
    """Build softmax regression: each digit is a weighted sum of the pixels.

    The baseline of LeCun et al., Gradient-based learning applied to document recognition (1998), section III.C.1.
    """
    layers = _load_keras().layers
    return sequential("linear", layers.Flatten())


def mlp() -> "keras.Sequential":
    """Build a multilayer perceptron: one hidden layer of 128 units.

    Source: "Recognize Digits Using ML in Elixir", fly.io, the function `new`.
    """
    layers = _load_keras().layers
    return sequential("mlp", layers.Flatten(), layers.Dense(128, activation="relu"))


def cnn() -> "keras.Sequential":
    """Build a small convolutional network. Strides take the place of pooling, which makes it fast on a CPU."""
    layers = _load_keras().layers
    return sequential(
        "cnn",
        *convolution(16, 5, 2),  # (n, 12, 12, 16)
        *convolution(32, 3, 2),  # (n, 5, 5, 32)
        layers.Flatten(),  # (n, 800)
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.3),
    )


def cnn_large() -> "keras.Sequential":
    """Build a convolutional network with five convolutions, two of them strided."""
    layers = _load_keras().layers
    return sequential(
        "cnn-large",
        *convolution(32, 5, 2, padding="same"),  # (n, 14, 14, 32)
        *convolution(48, 3, 1, padding="same"),  # (n, 14, 14, 48)
        *convolution(64, 3, 2, padding="same"),  # (n, 7, 7, 64)
        *convolution(96, 3, 1, padding="same"),  # (n, 7, 7, 96)
        *convolution(96, 3, 1, padding="same"),  # (n, 7, 7, 96)
        layers.Flatten(),  # (n, 4704)
        layers.Dropout(0.4),
    )


def convolution(filters: int, size: int, strides: int, padding: str = "valid") -> list:
    """Return the layers of a convolution: filters, normalization, activation."""
    layers = _load_keras().layers
    # The default momentum of 0.99 needs a thousand batches to settle; an epoch of the sample has 13.
    normalization = layers.BatchNormalization(momentum=0.9)
    return [layers.Conv2D(filters, size, strides, padding, use_bias=False), normalization, layers.ReLU()]


def sequential(name: str, *hidden, num_outputs: int = 10) -> "keras.Sequential":
    """Build a network from stored pixels through the `hidden` layers to probabilities, (n, num_outputs)."""
    keras = _load_keras()
    before = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    return keras.Sequential([*before, *hidden, keras.layers.Dense(num_outputs, activation="softmax")], name=name)


def _load_keras():
    """Return Keras with the defaults that these networks are written for, whatever ~/.keras/keras.json sets."""
    import keras

    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    return keras


ARCHITECTURES = {"linear": linear, "mlp": mlp, "cnn": cnn, "cnn-large": cnn_large}
TITLES = {"linear": "Simplest", "mlp": "One hidden layer", "cnn": "Convolutional", "cnn-large": "Large convolutional"}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings that come with an architecture. They are a good choice as they stand."""

    epochs: int
    batch_size: int
    learning_rate: float
    schedule: str = "constant"
    augmentation: bool = False
    label_smoothing: float = 0.0


RECIPES = {
    "linear": Recipe(epochs=10, batch_size=128, learning_rate=0.001),
    "mlp": Recipe(epochs=10, batch_size=32, learning_rate=0.01),  # the tutorial's settings
    "cnn": Recipe(epochs=4, batch_size=256, learning_rate=0.01, schedule="one-cycle"),
    "cnn-large": Recipe(
        epochs=16, batch_size=128, learning_rate=0.003, schedule="one-cycle", augmentation=True, label_smoothing=0.05
    ),
}

DESCRIPTIONS = {
    "linear": "Each digit is a weighted sum of the pixels (softmax regression). 7,850 parameters; "
    "about 92.6% of MNIST's own test digits correct.",
    "mlp": "The tutorial's network: one hidden layer of 128 units. 101,770 parameters; "
    "about 96.1% of MNIST's own test digits correct.",
    "cnn": "Small filters move over the image and find strokes. 109,018 parameters; "
    "about 99.2% of MNIST's own test digits correct, after 6 s on two processor cores.",
    "cnn-large": "Five layers of filters, and the best at reading drawings. 228,906 parameters; "
    "about 99.7% of MNIST's own test digits correct, after 4 to 6 min on two processor cores.",
}
"""For people. Accuracy: mean of five seeds, trained on the 70,000 digits (docs/experiments.md)."""


def layers(name: str) -> list[dict]:
    """Return an architecture's layers as Keras counts them, without loading Keras: {layer, output, parameters} each.

    `python -m digits architectures --json > digits/networks/layers.json` renews them; a test compares them with Keras.
    """
    return json.loads(LAYERS_FILE.read_text())[name]


def weight_shapes(settings) -> list[tuple[int, ...]]:
    """Return the shapes of a network's weights in Keras' order; known without loading Keras."""
    return [tuple(shape) for layer in layers(settings.architecture) for shape in layer["weights"]]
