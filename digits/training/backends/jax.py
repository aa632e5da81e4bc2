"""The epoch on JAX: variables are values that go into a compiled function and come out of it changed."""

import os
from collections.abc import Callable, Sequence
from functools import partial

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp

from digits.networks.library import keras

# Read when JAX first looks for devices: memory grows as it is needed, so that this process does not take all of it.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

COMPILE_ERRORS = ()  # it compiles everything, or does not run at all
DEVICE_ERRORS = (jax.errors.JaxRuntimeError,)


def use_threads(number: int) -> bool:
    """Return False: JAX has no such choice."""
    return False


def gpu() -> str | None:
    """Return the name of the first GPU; None without one. Raises DEVICE_ERRORS where it is there but cannot be used."""
    device = jax.devices()[0]
    if device.platform == "cpu":
        return None
    jax.block_until_ready(jnp.ones((8, 8)) @ jnp.ones((8, 8)))
    return device.device_kind


def gpu_memory() -> int:
    """Return how many bytes of the first GPU's memory this process has taken at most so far."""
    return jax.devices()[0].memory_stats()["peak_bytes_in_use"]


def to_device(array: np.ndarray) -> jax.Array:
    """Copy an array into the memory of the device."""
    return jax.device_put(array)


def gradient(forward: Callable, model: keras.Model) -> tuple:
    """Return the loss and num_correct of `forward()`, and the loss's gradient by the model's trainable variables."""
    trainable, others = model.trainable_variables, model.non_trainable_variables

    def compute(trainable_values, other_values):
        mapping = [*zip(trainable, trainable_values, strict=True), *zip(others, other_values, strict=True)]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            loss, num_correct = forward()
        return loss, (num_correct, [scope.get_current_value(variable) for variable in others])

    values = [variable.value for variable in trainable], [variable.value for variable in others]
    (loss, (num_correct, changed)), gradients = jax.value_and_grad(compute, has_aux=True)(*values)
    for variable, value in zip(others, changed, strict=True):  # moving averages, the random state of dropout
        variable.assign(value)
    return loss, num_correct, gradients


def forget_replicas(optimizer: keras.Optimizer) -> None:
    """Do nothing; see the module for TensorFlow."""


def fuse(model: keras.Model, optimizer: keras.Optimizer) -> None:
    """Do nothing: XLA, which compiles every batch here, fuses operations by itself."""


def loop(step: Callable, variables: Sequence[keras.Variable], *, xla: bool) -> Callable:
    """Compile `step(index, images, labels, order)` -> (loss, num_correct) into a loop from start to stop - 1.

    Returns run(start, stop, images, labels, order) -> the two sums. xla: whether the loop is one compiled program; JAX
    always compiles a batch.
    """
    run_values = loop_of_values(stateless(step, variables), xla=xla)

    def run(start: int, stop: int, images, labels, order) -> tuple[float, float]:
        values = [variable.value for variable in variables]
        values, loss, num_correct = run_values(values, start, stop, images, labels, order)
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return float(loss), float(num_correct)

    return run


def stateless(step: Callable, variables: Sequence[keras.Variable]) -> Callable:
    """Make `step` a pure function: (values, index, images, labels, order) -> (changed values, loss, num_correct)."""

    def pure(values, index, images, labels, order):
        with keras.StatelessScope(state_mapping=zip(variables, values, strict=True)) as scope:
            loss, num_correct = step(index, images, labels, order)
        return [scope.get_current_value(variable) for variable in variables], loss, num_correct

    return pure


def loop_of_values(step: Callable, *, xla: bool, lanes: tuple[int, ...] = ()) -> Callable:
    """Compile a pure step into run(values, start, stop, images, labels, order) -> (changed values, loss, num_correct).

    The values that go in are gone afterwards: those that come out take their memory.
    lanes: the shape of a step's loss and num_correct, where it trains several networks at once. The sums are NumPy's,
    of that shape, in float64. They are exact, and it does not matter where an epoch is cut into chunks. JAX has no
    float64 unless everything has, so the losses of the batches come out one by one.
    """

    @partial(jax.jit, donate_argnums=0)
    def whole(values, start, stop, images, labels, order):
        def one(index, carried):
            values, losses, num_correct = carried
            values, loss, correct = step(values, index, images, labels, order)
            return values, losses.at[index].set(loss), num_correct + correct

        losses = jnp.zeros((order.shape[-1], *lanes))  # there are fewer batches than digits
        return lax.fori_loop(start, stop, one, (values, losses, jnp.zeros(lanes)))

    single = jax.jit(step, donate_argnums=0)

    def run(values, start: int, stop: int, images, labels, order):
        if xla:
            values, losses, num_correct = whole(values, start, stop, images, labels, order)
            return values, np.asarray(losses, np.float64).sum(axis=0), np.asarray(num_correct, np.float64)
        losses, num_correct = [], []
        for index in range(start, stop):
            values, loss, correct = single(values, index, images, labels, order)
            losses.append(loss)
            num_correct.append(correct)
        return values, np.asarray(losses, np.float64).sum(axis=0), np.asarray(num_correct, np.float64).sum(axis=0)

    return run
