"""The epoch on TensorFlow: variables change in place inside one `tf.function`."""

import os
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

# Read when TensorFlow first looks for devices: memory grows as it is needed, so that this process does not take all of
# it. Not `set_memory_growth`, which is refused where TensorFlow was used before, as it is to prepare the digits.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")

COMPILE_ERRORS = (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, tf.errors.InternalError)
DEVICE_ERRORS = (tf.errors.ResourceExhaustedError, tf.errors.InternalError, tf.errors.UnknownError)


def gpu() -> str | None:
    """Return the name of the first GPU; None without one. Raises DEVICE_ERRORS where it is there but cannot be used."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return None
    with tf.device("GPU:0"):
        tf.linalg.matmul(tf.ones((8, 8)), tf.ones((8, 8)))
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")


def gpu_memory() -> int:
    """Return how many bytes of the first GPU's memory this process has taken at most so far."""
    return tf.config.experimental.get_memory_info("GPU:0")["peak"]


def to_device(array: np.ndarray) -> tf.Tensor:
    """Copy an array into the memory of the device."""
    return tf.constant(array)


def gradient(forward: Callable, model: keras.Model) -> tuple:
    """Return the loss and num_correct of `forward()`, and the loss's gradient by the model's trainable variables."""
    with tf.GradientTape() as tape:
        loss, num_correct = forward()
    return loss, num_correct, tape.gradient(loss, model.trainable_variables)


def forget_replicas(optimizer: keras.Optimizer) -> None:
    """Let the optimizer take gradients as they are: here nothing is distributed over replicas.

    Keras sums them by an operation with a gradient of its own. TensorFlow keeps that in a global table for ever, and
    with it the compiled graph: 15 MB for each engine in a process that trains one run after the other.
    """
    optimizer._all_reduce_sum_gradients = lambda gradients_and_variables: gradients_and_variables


def loop(step: Callable, variables: Sequence[keras.Variable], *, xla: bool) -> Callable:
    """Compile `step(index, images, labels, order)` -> (loss, num_correct) into a loop from start to stop - 1.

    Returns run(start, stop, images, labels, order) -> the two sums. xla: whether XLA compiles it.
    """

    @tf.function(jit_compile=xla)
    def steps(start, stop, images, labels, order):
        # In float64 a sum of float32 losses is exact: it does not matter where an epoch is cut into chunks.
        loss_sum, num_correct_sum = tf.constant(0.0, tf.float64), tf.constant(0.0)
        index = start
        # Not `for index in tf.range(start, stop)`: XLA takes its ends for constants and compiles again at every call.
        while index < stop:
            loss, num_correct = step(index, images, labels, order)
            loss_sum += tf.cast(loss, tf.float64)
            num_correct_sum += num_correct
            index += 1
        return loss_sum, num_correct_sum

    def run(start: int, stop: int, images, labels, order) -> tuple[float, float]:
        loss, num_correct = steps(tf.constant(start), tf.constant(stop), images, labels, order)
        return float(loss), float(num_correct)

    return run
