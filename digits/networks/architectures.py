"""The networks, and the recipe that trains each of them well.

Every network takes pixels as they are stored, (n, 28, 28, 1) from 0 to 255, divides them by 255 itself, so that
training and prediction cannot differ, and ends in ten probabilities. Only layers that OpenCV's DNN module reads.
"""

import inspect
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

LAYERS_FILE = Path(__file__).with_name("layers.json")


def linear() -> "keras.Sequential":
    """Softmax regression: each digit is a weighted sum of the pixels. 7,850 parameters; expect about 92 %.

    The baseline of LeCun et al., Gradient-based learning applied to document recognition (1998), section III.C.1.
    """
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),  # (n, 784)
            layers.Dense(10, activation="softmax"),  # (n, 10)
        ],
        name="linear",
    )


def mlp() -> "keras.Sequential":
    """The tutorial's network: one hidden layer of 128. 101,770 parameters; expect 96 to 97 %.

    Source: "Recognize Digits Using ML in Elixir", fly.io, the function `new`.
    """
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),  # (n, 784)
            layers.Dense(128, activation="relu"),  # (n, 128)
            layers.Dense(10, activation="softmax"),  # (n, 10)
        ],
        name="mlp",
    )


def cnn() -> "keras.Sequential":
    """A small convolutional network whose strides take the place of pooling, so that it is fast on a CPU.

    109,018 parameters; expect 99.1 to 99.2 % in some six seconds on two cores.
    """
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 5, strides=2, use_bias=False),  # (n, 12, 12, 16)
            # The default momentum of 0.99 needs a thousand batches to settle; the sample has 25 an epoch.
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2D(32, 3, strides=2, use_bias=False),  # (n, 5, 5, 32)
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Flatten(),  # (n, 800)
            layers.Dense(128, activation="relu"),  # (n, 128)
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),  # (n, 10)
        ],
        name="cnn",
    )


def cnn_large() -> "keras.Sequential":
    """Five convolutions, two of them strided: the accurate one, which also reads drawings best.

    228,906 parameters; expect 99.6 to 99.7 % in four minutes on two cores.
    """
    from keras import Input, Sequential, layers

    blocks = []
    # (n, 14, 14, 32), (n, 14, 14, 48), (n, 7, 7, 64), (n, 7, 7, 96), (n, 7, 7, 96)
    for filters, size, strides in ((32, 5, 2), (48, 3, 1), (64, 3, 2), (96, 3, 1), (96, 3, 1)):
        blocks += [
            layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        ]
    return Sequential(
        [
            Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            *blocks,
            layers.Flatten(),  # (n, 4704)
            layers.Dropout(0.4),
            layers.Dense(10, activation="softmax"),  # (n, 10)
        ],
        name="cnn-large",
    )


ARCHITECTURES = {"linear": linear, "mlp": mlp, "cnn": cnn, "cnn-large": cnn_large}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings that come with an architecture: pressing Start without touching anything is the good choice."""

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
        epochs=16,
        batch_size=128,
        learning_rate=0.003,
        schedule="one-cycle",
        augmentation=True,
        label_smoothing=0.05,
    ),
}


def about(name: str) -> str:
    """The docstring of an architecture, for people to read."""
    return inspect.getdoc(ARCHITECTURES[name]).replace("\n\n", "  \n").replace("\n", " ")


def layers(name: str) -> list[dict]:
    """Its layers as Keras counts them: {layer, output, parameters} each; known without loading Keras.

    `python -m digits architectures --json > digits.networks.layers.json` renews them; a test holds them to Keras.
    """
    return json.loads(LAYERS_FILE.read_text())[name]


def weight_shapes(settings) -> list[tuple[int, ...]]:
    """Return the shapes of a network's weights in Keras' order; known without loading Keras."""
    return [tuple(shape) for layer in layers(settings.architecture) for shape in layer["weights"]]


def build(settings) -> "keras.Sequential":
    """Build the network of these settings. Imports Keras."""
    return ARCHITECTURES[settings.architecture]()
