"""A network and its training in lines of Keras."""

import math
from collections.abc import Iterator
from typing import Any

from digits.networks import architectures
from digits.networks.layers import Layer
from digits.networks.settings import Settings

OPTIMIZERS = {
    "adam": "keras.optimizers.Adam(rate)",
    "adamw": "keras.optimizers.AdamW(rate)",
    "sgd": "keras.optimizers.SGD(rate, momentum=0.9)",
}
BACKEND = 'import os\nos.environ["KERAS_BACKEND"] = "{}"\n'
XLA = {"auto": "", "on": ", jit_compile=True", "off": ", jit_compile=False"}
AUGMENTATION = [
    Layer("RandomRotation", {"factor": round(12 / 360, 3), "fill_mode": "constant"}),
    Layer("RandomZoom", {"height_factor": 0.12, "fill_mode": "constant"}),
    Layer("RandomTranslation", {"height_factor": 0.036, "width_factor": 0.036, "fill_mode": "constant"}),
]
"""What of `digits.networks.augmentation` Keras has layers for: 12 degrees, 12%, and one of 28 pixels."""


def lines(settings: Settings, num_train: int) -> dict[str, Any]:
    """Return what the template of a training needs of the settings, each as Python."""
    return {
        "seed": settings.seed,
        "batch_size": settings.batch_size,
        "epochs": settings.epochs,
        "backend": "" if settings.backend == "tensorflow" else BACKEND.format(settings.backend),
        "layers": "\n".join(_layers(settings)),
        "rate": _rate(settings, num_train),
        "optimizer": OPTIMIZERS[settings.optimizer],
        "smoothing": f"label_smoothing={settings.label_smoothing}" if settings.label_smoothing else "",
        "xla": XLA[settings.xla],
    }


def _layers(settings: Settings) -> Iterator[str]:
    """Yield the lines that add the layers after the one that divides by 255. Convolutions are a loop."""
    if settings.augmentation:
        yield "# Digits also varies slant, wobble and strokes."
        yield from _added(AUGMENTATION)
    hidden = architectures.all_layers(settings)[1:]
    convolutions = [layer.options for layer in hidden if layer.kind == "Conv2D"]
    if convolutions:
        sizes = [
            tuple(each[name] for name in ("filters", "kernel_size", "strides", "padding")) for each in convolutions
        ]
        yield f"for filters, size, strides, padding in {sizes}:".replace("'", '"')
        yield "    model.add(layers.Conv2D(filters, size, strides, padding, use_bias=False))"
        yield from (f"    model.add({_call(layer)})" for layer in hidden[1:3])  # the same after each
    yield from _added(hidden[3 * len(convolutions) :])


def _added(some: list[Layer]) -> list[str]:
    return [f"model.add({_call(layer)})" for layer in some]


def _call(layer: Layer) -> str:
    options = ", ".join(f"{name}={value!r}" for name, value in layer.options.items())
    return f"layers.{layer.kind}({options})".replace("'", '"')


def _rate(settings: Settings, num_train: int) -> str:
    """Return the learning rate, or the schedule of `digits.training.schedule.OneCycle`."""
    if settings.schedule == "constant":
        return str(settings.learning_rate)
    steps = settings.epochs * math.ceil(num_train / settings.batch_size)
    rate, warm_up = settings.learning_rate, max(1, int(0.3 * steps))
    return (
        f"keras.optimizers.schedules.CosineDecay({rate} / 25, {max(1, steps - warm_up)}, warmup_target={rate}, "
        f"warmup_steps={warm_up})"
    )
