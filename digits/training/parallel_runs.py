"""Networks that differ in their seed or learning rate, trained at once by `jax.vmap`. Worker side: needs JAX.

Each has its own first weights, order and dropout, as if it were trained alone with its seed; the digits, augmented or
not, are the same for all. `ParallelRuns` has the methods of `Engine`, with sums of shape (networks,).
"""

from collections.abc import Sequence

import jax
import numpy as np
from jax import numpy as jnp

from digits.data.encoding import num_batches
from digits.networks.library import keras
from digits.training.backends.jax import loop_of_values, stateless
from digits.training.engine import Digits, Engine, Sums


class ParallelRuns:
    """Several networks in one engine, whose model and optimizer always hold the one that leads."""

    def __init__(self, engine: Engine, rate: keras.Variable, rates: Sequence[float]):
        """rate: the learning rate of the engine's optimizer. rates: that of each network."""
        self.engine, self.rates = engine, rates
        self.model, self.optimizer, self.xla = engine.model, engine.optimizer, engine.xla
        self.variables = [rate, *engine.variables]
        self.values: list[jax.Array] = []
        """Those of the variables, each with a first axis for the networks."""
        self.leader = 0
        """The place of the best on the validation digits so far, from 0."""
        lanes, variables = (len(rates),), self.variables
        train = jax.vmap(stateless(engine.train_step, variables), in_axes=(0, None, None, None, 0))
        validate = jax.vmap(stateless(engine.validation_step, variables), in_axes=(0, None, None, None, None))
        self._train = loop_of_values(train, xla=engine.xla, lanes=lanes)
        self._validate = loop_of_values(validate, xla=engine.xla, lanes=lanes)

    def begin(self, networks: Sequence[keras.Model]) -> None:
        """Begin a new training, with the weights and random state of a network for each learning rate."""
        states = [
            [np.float32(rate), *self.engine.first_state(network)]
            for rate, network in zip(self.rates, networks, strict=True)
        ]
        self.values = [jnp.stack(values) for values in zip(*states, strict=True)]
        self.leader = 0
        self._show_leader()

    def train(self, digits: Digits, order: np.ndarray, start: int, stop: int) -> Sums:
        """Learn from the batches start..stop-1 of one epoch. order: (networks, n) int32, an order for each."""
        self.values, loss, num_correct = self._train(self.values, start, stop, digits.images, digits.labels, order)
        self._show_leader()
        return Sums(loss, num_correct, self.engine.num_images(order.shape[1], start, stop))

    def validate(self, digits: Digits) -> Sums:
        """Return loss and correct predictions on all `digits`, learning nothing; they decide which network leads."""
        order = np.arange(len(digits), dtype=np.int32)
        stop = num_batches(len(digits), self.engine.validation_batch_size)
        self.values, loss, num_correct = self._validate(self.values, 0, stop, digits.images, digits.labels, order)
        sums = Sums(loss, num_correct, len(digits))
        self.leader = sums.leader
        self._show_leader()
        return sums

    def hand_out(self, networks: Sequence[keras.Model]) -> None:
        """Give each network, in the order of `begin`, its weights and random state."""
        for place, network in enumerate(networks):
            for variable, values in zip(network.variables, self.values[1:], strict=False):  # the optimizer's follow
                variable.assign(values[place])

    def state(self) -> list[np.ndarray]:
        """Return the leader's place, and what `Engine.state` returns, with a first axis for the networks."""
        return [np.array(self.leader), *map(np.array, self.values)]

    def restore(self, state: list[np.ndarray]) -> None:
        """Go back to a `state` of the same networks."""
        leader, *values = state
        self.leader = int(leader)
        self.values = [jnp.asarray(saved, value.dtype) for saved, value in zip(values, self.values, strict=True)]
        self._show_leader()

    def _show_leader(self) -> None:
        """Put the leader's state into the engine's model and optimizer."""
        for variable, value in zip(self.variables, self.values, strict=True):
            variable.assign(value[self.leader])
