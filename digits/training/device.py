"""Which device trains, and whether XLA compiles for it. Worker side: imports TensorFlow."""

import os

import keras
import tensorflow as tf

# For the tutorial's epoch on two cores (docs/experiments.md): 512-bit vectors, of which XLA is shy, make it 6 % faster
# (processors without ignore it); one operation after the other, each on all cores, another 17 %.
CPU_FLAGS = "--xla_cpu_prefer_vector_width=512 --xla_cpu_enable_concurrency_optimized_scheduler=false"


def choose() -> str:
    """The name of the device that trains: the first GPU's, or "CPU".

    Memory growth is set, so that this process does not take the whole card.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        os.environ["XLA_FLAGS"] = f"{CPU_FLAGS} {os.environ.get('XLA_FLAGS', '')}"  # read at the first compilation
        return "CPU"
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")


def use_xla(choice: str, model: keras.Model, device: str) -> bool:
    """Whether to compile with XLA: as chosen ("on", "off"), or, for "auto", where it is faster.

    Measured: on a GPU always; on a CPU for dense networks (4 times faster), not for convolutions (15 times slower).
    """
    if choice != "auto":
        return choice == "on"
    convolutional = any(isinstance(layer, keras.layers.Conv2D) for layer in model.layers)
    return device != "CPU" or not convolutional
