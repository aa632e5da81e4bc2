"""How much arithmetic a network asks for, counted layer by layer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def training_flops(model: "keras.Sequential") -> int:
    """Floating-point operations to learn from one digit: of the products alone, which are nearly all.

    A multiplication and an addition for each weight and place; forward once, backward twice, once for the weights and
    once for the layer before.
    """
    forward = 0
    for layer in model.layers:
        if not layer.weights or not hasattr(layer, "kernel"):
            continue
        weights = layer.kernel.shape
        places = layer.output.shape[1] * layer.output.shape[2] if len(weights) == 4 else 1
        forward += 2 * places * _product(weights)
    return 3 * forward


def _product(numbers) -> int:
    result = 1
    for number in numbers:
        result *= int(number)
    return result
