"""Layers as plain data: their shapes and weights are known without Keras, and Keras builds a network from the same."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digits.networks.library import keras

INPUT = (28, 28, 1)
EPSILON = 0.001  # Keras' default of BatchNormalization


@dataclass(frozen=True)
class Layer:
    """One layer of a network."""

    kind: str
    """Its class in keras.layers, one of those that OpenCV's DNN module reads."""
    options: dict[str, Any] = field(default_factory=dict)
    """The arguments of that class."""

    def output(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of its output, without the batch, for an input of `shape`."""
        if self.kind == "Conv2D":
            size, strides = self.options["kernel_size"], self.options["strides"]
            covered = 0 if self.options["padding"] == "same" else size - 1
            return *(-(-(side - covered) // strides) for side in shape[:2]), self.options["filters"]
        if self.kind == "Dense":
            return (self.options["units"],)
        return (math.prod(shape),) if self.kind == "Flatten" else shape

    def weights(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return the shapes of its weights, in Keras' order, for an input of `shape`."""
        if self.kind == "Conv2D":  # of `convolution`, without a bias
            return [(*2 * (self.options["kernel_size"],), shape[-1], self.options["filters"])]
        if self.kind == "BatchNormalization":  # gamma, beta, moving mean, moving variance
            return 4 * [(shape[-1],)]
        if self.kind == "Dense":
            return [(shape[-1], self.options["units"]), (self.options["units"],)]
        return []


def convolution(filters: int, size: int, strides: int, padding: str, activation: str = "relu") -> list[Layer]:
    """Return the layers of a convolution: filters, normalization, activation."""
    options = {"filters": filters, "kernel_size": size, "strides": strides, "padding": padding, "use_bias": False}
    # The default momentum of 0.99 needs a thousand batches to settle; an epoch of the sample has 13.
    normalization = Layer("BatchNormalization", {"momentum": 0.9})
    active = Layer("ReLU") if activation == "relu" else Layer("Activation", {"activation": activation})
    return [Layer("Conv2D", options), normalization, active]


def dense(units: int, activation: str) -> Layer:
    """Return a dense layer."""
    return Layer("Dense", {"units": units, "activation": activation})


def whole(hidden: Iterable[Layer], num_outputs: int = 10) -> list[Layer]:
    """Return all layers of a network: from stored pixels through the `hidden` ones to probabilities, (num_outputs,)."""
    return [Layer("Rescaling", {"scale": 1 / 255}), *hidden, dense(num_outputs, "softmax")]


def described(layers: Iterable[Layer]) -> list[dict[str, Any]]:
    """Return {layer, output, parameters, weights} for each layer, as Keras counts them."""
    rows, shape = [], INPUT
    for layer in layers:
        weights, shape = layer.weights(shape), layer.output(shape)
        parameters = sum(math.prod(weight) for weight in weights)
        rows.append({"layer": layer.kind, "output": [None, *shape], "parameters": parameters, "weights": weights})
    return rows


def steps(layers: Iterable[Layer]) -> list[dict[str, Any]]:
    """Return {layer, weights, settings ...} for each layer: its kind, how many arrays it has, and how it computes.

    `digits.inference.snapshot.Snapshot` computes with them.
    """
    layers = list(layers)
    rows = zip(layers, described(layers), strict=True)
    return [{"layer": layer.kind, "weights": len(row["weights"]), **_how(layer)} for layer, row in rows]


def build(name: str, layers: Iterable[Layer]) -> "keras.Sequential":
    """Build a network of these layers with new weights. Loads Keras."""
    from digits.networks.library import keras

    # The defaults that these networks are written for, whatever ~/.keras/keras.json sets.
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    made = [getattr(keras.layers, layer.kind)(**layer.options) for layer in layers]
    return keras.Sequential([keras.Input(INPUT), *made], name=name)


def _how(layer: Layer) -> dict[str, Any]:
    """Return what the output of a layer depends on besides its weights, by Keras' names."""
    options = layer.options
    if layer.kind == "Conv2D":
        return {"strides": 2 * (options["strides"],), "padding": options["padding"], "activation": "linear"}
    return {
        "Rescaling": {"scale": options.get("scale"), "offset": 0.0},
        "BatchNormalization": {"epsilon": EPSILON},
        "Activation": {"activation": options.get("activation")},
        "Dense": {"activation": options.get("activation")},
    }.get(layer.kind, {})
