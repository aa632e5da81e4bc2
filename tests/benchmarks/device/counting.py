"""Count what a training step needs at least, layer by layer: arithmetic and memory."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

PIXELS = 28 * 28


def training_flops(model: "keras.Sequential") -> int:
    """Return the floating-point operations to learn from one digit, of the products alone, which are nearly all.

    A multiplication and an addition for each weight and place; forward once, backward twice, once for the weights and
    once for the layer before, of which the first has none.
    """
    products = []
    for layer in _with_kernel(model):
        weights = layer.kernel.shape
        places = layer.output.shape[1] * layer.output.shape[2] if len(weights) == 4 else 1
        products.append(2 * places * math.prod(weights))
    return 3 * sum(products) - products[0]


def training_bytes(model: "keras.Sequential", batch_size: int) -> int:
    """Return the bytes that one step reads and writes at least, if everything between the products is fused.

    32 for each weight: it and the two moments of Adam are read and written, its gradient is written and read. One for
    each pixel. 20 for each output of a layer with weights: written, read by the next layer and again backward, its
    gradient written and read. All but the pixels in float32.
    """
    weights = sum(math.prod(variable.shape) for variable in model.trainable_variables)
    outputs = sum(math.prod(layer.output.shape[1:]) for layer in _with_kernel(model))
    return 32 * weights + batch_size * (PIXELS + 20 * outputs)


def _with_kernel(model: "keras.Sequential") -> list:
    return [layer for layer in model.layers if hasattr(layer, "kernel")]
