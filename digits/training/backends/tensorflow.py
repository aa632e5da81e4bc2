"""The epoch on TensorFlow: variables change in place inside one `tf.function`."""

import os
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import tensorflow as tf

from digits.networks.library import keras

# Read when TensorFlow first looks for devices: memory grows as it is needed, so that this process does not take all of
# it. Not `set_memory_growth`, which is refused where TensorFlow was used before, as it is to prepare the digits.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")

COMPILE_ERRORS = (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, tf.errors.InternalError)
DEVICE_ERRORS = (tf.errors.ResourceExhaustedError, tf.errors.InternalError, tf.errors.UnknownError)


def use_threads(number: int) -> bool:
    """Let each operation have so many cores, 0 for all; return False if TensorFlow has computed with another number."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(number)
    except RuntimeError:
        return False
    return True


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


def fuse(model: keras.Model, optimizer: keras.Optimizer) -> None:
    """Let batch normalization and Adam compute with TensorFlow's fused operations, to the same up to rounding.

    Keras composes them of small ones, each of which reads and writes all its numbers: about 30 for a normalization
    and its gradient, 12 for each variable that Adam changes. XLA fuses them by itself; without it they took as long as
    the convolutions of `cnn`.
    """
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.call = partial(_normalize, layer, layer.call)
    if isinstance(optimizer, keras.optimizers.Adam) and not optimizer.amsgrad:  # AdamW is one, too
        optimizer.update_step = partial(_adam_step, optimizer)


def _normalize(layer: keras.layers.BatchNormalization, call: Callable, inputs, training=None, mask=None):
    """Do what the layer's own `call` does. inputs: (n, height, width, channels) float32."""
    if not training:
        return call(inputs, training=training, mask=mask)
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=inputs, scale=layer.gamma.value, offset=layer.beta.value, mean=[], variance=[], epsilon=layer.epsilon
    )
    count = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], tf.float32)
    variance *= (count - 1) / count  # Keras keeps the variance of the batch itself, TensorFlow estimates that of all
    for moving, new in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + new * (1.0 - layer.momentum))
    return outputs


def _adam_step(optimizer: keras.optimizers.Adam, gradient, variable: tf.Variable, learning_rate) -> None:
    """Do what the optimizer's own `update_step` does."""
    index = optimizer._get_variable_index(variable)
    step = tf.cast(optimizer.iterations.value + 1, tf.float32)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=optimizer._momentums[index].value.handle,
        v=optimizer._velocities[index].value.handle,
        beta1_power=optimizer.beta_1**step,
        beta2_power=optimizer.beta_2**step,
        lr=learning_rate,
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        epsilon=optimizer.epsilon,
        grad=gradient,
    )


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
