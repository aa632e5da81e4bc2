"""A race: networks that differ in their seed or learning rate, trained at once by `jax.vmap`. Worker side: needs JAX.

Each has its own first weights, order and dropout, as if it were trained alone with its seed; the digits, augmented or
not, are the same for all. It has the methods of `Engine`, with sums of shape (racers,).
"""

from collections.abc import Callable, Sequence

import jax
import keras
import numpy as np
from jax import numpy as jnp

from digits.data.encoding import num_batches
from digits.networks.settings import Settings
from digits.training.backends.jax import loop_of_values, stateless
from digits.training.engine import Digits, Engine, Sums


class Race:
    """Several networks in one engine, whose model and optimizer always hold the one that leads."""

    def __init__(
        self,
        engine: Engine,
        build: Callable[[], keras.Model],
        rate: keras.Variable,
        racers: Sequence[Settings],
        *,
        xla: bool,
    ):
        """build: makes the network, its first weights by Keras' random seed. rate: what its optimizer learns by."""
        self.engine = engine
        self.leader = 0
        """The place of the best on the validation digits so far, from 0."""
        self.variables = [rate, *engine.variables]
        lanes, variables = (len(racers),), self.variables
        states = [_first_state(engine, build, racer) for racer in racers]
        self.values = [jnp.stack(values) for values in zip(*states, strict=True)]
        train = jax.vmap(stateless(engine.train_step, variables), in_axes=(0, None, None, None, 0))
        validate = jax.vmap(stateless(engine.validation_step, variables), in_axes=(0, None, None, None, None))
        self._train = loop_of_values(train, xla=xla, lanes=lanes)
        self._validate = loop_of_values(validate, xla=xla, lanes=lanes)
        self._crown()

    def train(self, digits: Digits, order: np.ndarray, start: int, stop: int) -> Sums:
        """Learn from the batches start..stop-1 of one epoch. order: (racers, n) int32, an order for each."""
        self.values, loss, hits = self._train(self.values, start, stop, digits.images, digits.labels, order)
        self._crown()
        return Sums(loss, hits, self.engine.num_images(order.shape[1], start, stop))

    def validate(self, digits: Digits) -> Sums:
        """Loss and hits on all `digits`, learning nothing; it decides who leads."""
        order = np.arange(len(digits), dtype=np.int32)
        stop = num_batches(len(digits), self.engine.validation_batch_size)
        self.values, loss, hits = self._validate(self.values, 0, stop, digits.images, digits.labels, order)
        sums = Sums(loss, hits, len(digits))
        self.leader = sums.leader
        self._crown()
        return sums

    def state(self) -> list[np.ndarray]:
        """Who leads, and all that training changes: as `Engine.state`, each with a first axis for the racers."""
        return [np.array(self.leader), *map(np.array, self.values)]

    def restore(self, state: list[np.ndarray]) -> None:
        """Go back to a `state` of the same race."""
        leader, *values = state
        self.leader = int(leader)
        self.values = [jnp.asarray(saved, value.dtype) for saved, value in zip(values, self.values, strict=True)]
        self._crown()

    def _crown(self) -> None:
        """Put the leader's state into the engine's model and optimizer."""
        for variable, value in zip(self.variables, self.values, strict=True):
            variable.assign(value[self.leader])


def _first_state(engine: Engine, build: Callable[[], keras.Model], racer: Settings) -> list:
    keras.utils.set_random_seed(racer.seed)
    variables = [*build().variables, *engine.optimizer.variables]
    return [jnp.float32(racer.learning_rate), *[variable.value for variable in variables]]
