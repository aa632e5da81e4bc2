"""The epoch as one compiled program. Worker side: imports Keras with the library it runs on.

The images stay uint8 on the device. A compiled loop takes a batch by a shuffled index, and does forward, backward and
the optimizer's step; Python is entered once a chunk of batches, not once a batch. Model, optimizer and loss are Keras'
own, and so is everything here; what differs between TensorFlow and JAX stands in `backends`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits.data.encoding import NUM_CLASSES, num_batches
from digits.networks.library import keras
from digits.training import backends

backend = backends.current()
ops = keras.ops


@dataclass
class Sums:
    """Loss and correct predictions summed over images, so that chunks and epochs add up exactly.

    Numbers for one network; arrays (n,) for n networks that are trained at once.
    """

    loss: float | np.ndarray = 0.0
    num_correct: float | np.ndarray = 0.0
    num_images: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.loss + other.loss, self.num_correct + other.num_correct, self.num_images + other.num_images)

    @property
    def leader(self) -> int:
        """The place of the network with the most correct predictions, the lowest loss deciding between equals."""
        # What became NaN or infinite comes last: a tenth of its predictions is still correct.
        loss = np.atleast_1d(self.loss)
        return int(np.lexsort((loss, -np.atleast_1d(self.num_correct), ~np.isfinite(loss)))[0])

    def of(self, place: int) -> "Sums":
        """Return those of one network."""
        loss, num_correct = np.atleast_1d(self.loss)[place], np.atleast_1d(self.num_correct)[place]
        return Sums(float(loss), float(num_correct), self.num_images)

    @property
    def mean_loss(self) -> float | np.ndarray:
        """Loss per image."""
        return self.loss / self.num_images

    @property
    def accuracy(self) -> float | np.ndarray:
        """Fraction of correct predictions, 0 to 1."""
        return self.num_correct / self.num_images


class Digits:
    """Images and labels resident on the device."""

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        """images: (n, 28, 28) uint8; labels: (n,) uint8."""
        self.images = backend.to_device(images)
        self.labels = backend.to_device(labels)

    def __len__(self) -> int:
        return int(self.labels.shape[0])


class Engine:
    """Runs batches of digits through a model, compiled."""

    def __init__(self, model: keras.Model, optimizer: keras.Optimizer, loss: keras.Loss, *, batch_size: int, xla: bool):
        """loss: a Keras loss of one-hot labels and probabilities, with the reduction mean_with_sample_weight."""
        self.model, self.optimizer, self.loss = model, optimizer, loss
        self.batch_size, self.xla = batch_size, xla
        # Nothing is learned while validating, so its batches may be larger.
        self.validation_batch_size = max(batch_size, 256)
        optimizer.build(model.trainable_variables)  # no variable can be created inside the compiled loop
        backend.forget_replicas(optimizer)
        if not xla:
            backend.fuse(model, optimizer)
        self._new_optimizer = [np.array(variable) for variable in optimizer.variables]
        self._train = backend.loop(self.train_step, self.variables, xla=xla)
        self._validate = backend.loop(self.validation_step, self.variables, xla=xla)

    def train(self, digits: Digits, order: np.ndarray, start: int, stop: int) -> Sums:
        """Learn from the batches start..stop-1 of one epoch.

        order: (n,) int32, the shuffled indices of the whole epoch. The last batch is smaller when n is no multiple
        of the batch size: it is filled up, and what fills it up weighs nothing.
        """
        loss, num_correct = self._train(start, stop, digits.images, digits.labels, backend.to_device(order))
        return Sums(loss, num_correct, self.num_images(len(order), start, stop))

    def validate(self, digits: Digits) -> Sums:
        """Return loss and correct predictions on all `digits`, learning nothing."""
        order = backend.to_device(np.arange(len(digits), dtype=np.int32))
        stop = num_batches(len(digits), self.validation_batch_size)
        loss, num_correct = self._validate(0, stop, digits.images, digits.labels, order)
        return Sums(loss, num_correct, len(digits))

    def num_images(self, num_all: int, start: int, stop: int) -> int:
        """Return how many of an epoch's `num_all` images are in the batches start..stop-1."""
        return min(stop * self.batch_size, num_all) - start * self.batch_size

    def begin(self, networks: Sequence[keras.Model]) -> None:
        """Begin a new training: take over the weights and random state of the only network, and forget all else."""
        self.restore(self.first_state(networks[0]))

    def first_state(self, network: keras.Model) -> list[np.ndarray]:
        """Return the `state` of a training that begins with the weights and random state of `network`."""
        return [*(np.array(variable) for variable in network.variables), *self._new_optimizer]

    def state(self) -> list[np.ndarray]:
        """Return all that training changes: weights, the random state of dropout, and the optimizer's variables."""
        return [np.array(variable) for variable in self.variables]

    def restore(self, state: list[np.ndarray]) -> None:
        """Go back to a `state` of the same network."""
        for variable, value in zip(self.variables, state, strict=True):
            variable.assign(value)

    @property
    def variables(self) -> list[keras.Variable]:
        """All that training changes."""
        return [*self.model.variables, *self.optimizer.variables]

    def batch(self, index, images, labels, order, batch_size: int):
        """Gather one batch: pixels (b, 28, 28, 1), one-hot labels (b, 10) and weights (b,), 0 for what fills up."""
        num_images = ops.shape(order)[0]
        position = index * batch_size + ops.arange(batch_size, dtype="int32")
        chosen = ops.take(order, position % num_images)
        pixels = ops.cast(ops.take(images, chosen, axis=0), "float32")[..., np.newaxis]
        one_hot = ops.one_hot(ops.cast(ops.take(labels, chosen), "int32"), NUM_CLASSES)
        return pixels, one_hot, ops.cast(position < num_images, "float32")

    def train_step(self, index, images, labels, order):
        """Learn from one batch; returns its loss and correct predictions, summed over its digits."""
        pixels, one_hot, weights = self.batch(index, images, labels, order, self.batch_size)
        loss, num_correct, gradient = backend.gradient(
            lambda: self.loss_and_num_correct(pixels, one_hot, weights, True), self.model
        )
        self.optimizer.apply(gradient, self.model.trainable_variables)
        return loss * ops.sum(weights), num_correct

    def validation_step(self, index, images, labels, order):
        """Return loss and correct predictions of one batch, summed over its digits."""
        pixels, one_hot, weights = self.batch(index, images, labels, order, self.validation_batch_size)
        loss, num_correct = self.loss_and_num_correct(pixels, one_hot, weights, False)
        return loss * ops.sum(weights), num_correct

    def loss_and_num_correct(self, pixels, one_hot, weights, training: bool):
        """Return the mean loss of one batch and the number of its correct predictions."""
        probabilities = self.model(pixels, training=training)
        loss = self.loss(one_hot, probabilities, sample_weight=weights)
        return loss, ops.sum(weights * keras.metrics.categorical_accuracy(one_hot, probabilities))
