"""The networks, and the recipe that trains each of them well.

Every network takes pixels as they are stored, (n, 28, 28, 1) from 0 to 255, and divides them by 255 itself, which keeps
training and prediction alike. It returns ten probabilities, (n, 10). It has only layers that OpenCV's DNN module reads.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from digits.data.sources import SOURCES
from digits.networks import layers
from digits.networks.layers import Layer

if TYPE_CHECKING:
    from digits.networks.library import keras
    from digits.networks.settings import Settings

ENSEMBLE = "ensemble"
"""Several trained networks that predict together. It has no recipe, because it is not trained."""
TITLES = {
    "linear": "Simplest", "mlp": "One hidden layer", "cnn": "Convolutional", "cnn-large": "Large convolutional",
    ENSEMBLE: "Ensemble",
}  # fmt: skip
DESCRIPTIONS = {
    "linear": "Each digit is a weighted sum of the pixels (softmax regression).",
    "mlp": "The tutorial's network: a layer of hidden units between the pixels and the ten digits.",
    "cnn": "Small filters move over the image and find strokes.",
    "cnn-large": "Five layers of filters, and the best at reading drawings. It takes the longest to train.",
}
ACTIVATIONS = {"relu": "ReLU", "leaky_relu": "Leaky ReLU", "silu": "SiLU", "sigmoid": "Sigmoid"}
"""Of Keras' names, some that OpenCV's DNN module reads in a LiteRT file. It reads no tanh, ELU, SELU or GELU."""
CNN_LARGE = [(32, 5, 2), (48, 3, 1), (64, 3, 2), (96, 3, 1), (96, 3, 1)]  # filters, size, strides
EDITABLE = {
    "linear": [],
    "mlp": ["hidden_layers", "units", "activation", "dropout"],
    "cnn": ["convolutions", "filters", "hidden_layers", "units", "activation", "dropout"],
    "cnn-large": [],
}
"""The settings of each network that change its layers."""


def hidden_layers(settings: "Settings") -> list[Layer]:
    """Return the layers between the pixels and the ten outputs.

    `linear` is the baseline of LeCun et al., Gradient-based learning applied to document recognition (1998), section
    III.C.1. `mlp` is the network of "Recognize Digits Using ML in Elixir", fly.io, the function `new`. In `cnn` strides
    take the place of pooling, which makes it fast on a CPU; from the third convolution on the maps keep their size.
    """
    activation = settings.activation
    if settings.architecture == "cnn-large":
        convolutions = [layers.convolution(*size, "same") for size in CNN_LARGE]
    else:
        convolutions = [
            layers.convolution(settings.filters, 5, 2, "valid", activation),  # (12, 12, filters)
            layers.convolution(2 * settings.filters, 3, 2, "valid", activation),  # (5, 5, 2 * filters)
            *3 * [layers.convolution(2 * settings.filters, 3, 1, "same", activation)],
        ][: settings.convolutions]
    dropout = [Layer("Dropout", {"rate": settings.dropout})] if settings.dropout else []
    dense = settings.hidden_layers * [layers.dense(settings.units, activation), *dropout]
    return [*(layer for group in convolutions for layer in group), Layer("Flatten"), *(dense or dropout)]


def all_layers(settings: "Settings") -> list[Layer]:
    """Return the layers of a network, from the stored pixels to the ten probabilities."""
    return layers.whole(hidden_layers(settings))


def described_layers(settings: "Settings") -> list[dict[str, Any]]:
    """Return {layer, output, parameters, weights} for each layer, as Keras counts them, without loading Keras.

    Of an ensemble those of all members, one member after the other.
    """
    if settings.members:
        return [row for member in settings.members for row in described_layers(member)]
    return layers.described(all_layers(settings))


def weight_shapes(settings: "Settings") -> list[tuple[int, ...]]:
    """Return the shapes of a network's weights in Keras' order; known without loading Keras."""
    return [shape for layer in described_layers(settings) for shape in layer["weights"]]


def num_parameters(settings: "Settings") -> int:
    """Return how many numbers a network has learned when it is trained."""
    return sum(layer["parameters"] for layer in described_layers(settings))


def build(settings: "Settings") -> "keras.Model":
    """Build the network of these settings with new weights: a keras.Sequential, or an ensemble of them. Loads Keras."""
    if settings.members:
        return joined(
            [layers.build(f"member_{number}", all_layers(each)) for number, each in enumerate(settings.members, 1)]
        )
    return layers.build(settings.architecture, all_layers(settings))


def joined(members: "list[keras.Sequential]") -> "keras.Model":
    """Return the ensemble of some networks: its probabilities are the mean of theirs. Loads Keras."""
    from digits.networks.library import keras

    pixels = keras.Input(layers.INPUT)
    mean = keras.layers.Average()([member(pixels) for member in members])
    return keras.Model(pixels, mean, name=ENSEMBLE)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings that come with an architecture. They are a good choice as they stand."""

    epochs: int
    batch_size: int
    learning_rate: float  # of Adam
    schedule: str = "constant"
    augmentation: bool = False
    label_smoothing: float = 0.0
    # Those below are the network itself. They never change: runs from before they could be chosen have these.
    convolutions: int = 0
    filters: int = 16
    hidden_layers: int = 0
    units: int = 128
    dropout: float = 0.0


NETWORK = ["convolutions", "filters", "hidden_layers", "units", "dropout"]
"""The fields of a recipe that are the network itself."""


def fits(name: str, architecture: str) -> bool:
    """Return whether a network has such a setting."""
    return name in EDITABLE[architecture] or name not in (*NETWORK, "activation")


RECIPES = {
    "linear": Recipe(epochs=10, batch_size=128, learning_rate=0.001),
    "mlp": Recipe(epochs=10, batch_size=32, learning_rate=0.01, hidden_layers=1),  # the tutorial's settings
    "cnn": Recipe(
        epochs=4, batch_size=256, learning_rate=0.01, schedule="one-cycle",
        convolutions=2, hidden_layers=1, dropout=0.3,
    ),
    "cnn-large": Recipe(
        epochs=16, batch_size=128, learning_rate=0.003, schedule="one-cycle", augmentation=True, label_smoothing=0.05,
        convolutions=5, filters=32, dropout=0.4,
    ),
}  # fmt: skip
"""For MNIST's 70,000 digits."""
FOR_SAMPLE = {
    "cnn": replace(
        RECIPES["cnn"], epochs=30, batch_size=64, learning_rate=0.005, augmentation=True, label_smoothing=0.05
    ),
}
"""For the sample's 5,000, where another recipe is better: there are few digits to learn from, and time to vary them."""
FEW = 20_000  # training digits, up to which the sample's recipe serves better


def recipe(architecture: str, source: str) -> Recipe:
    """Return the settings that come with an architecture for the digits of a source."""
    if source not in SOURCES:  # whoever asks for it will hear so
        return RECIPES[architecture]
    num_train = SOURCES[source].num_train
    usual = (FOR_SAMPLE if num_train <= FEW else {}).get(architecture, RECIPES[architecture])
    return replace(usual, batch_size=min(usual.batch_size, max(1, num_train // 4)))
