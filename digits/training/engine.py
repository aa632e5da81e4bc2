"""The epoch as one compiled program. Worker side: imports TensorFlow and Keras.

The images stay uint8 on the device. A loop inside one `tf.function` takes a batch by a shuffled index, and does
forward, backward and the optimizer's step; Python is entered once a chunk of batches, not once a batch. Model,
optimizer and loss are Keras' own.
"""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from digits.data.encoding import NUM_CLASSES


@dataclass
class Sums:
    """Loss and hits summed over images, so that chunks and epochs add up exactly."""

    loss: float = 0.0
    hits: float = 0.0
    images: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.loss + other.loss, self.hits + other.hits, self.images + other.images)

    @property
    def mean_loss(self) -> float:
        """Loss per image."""
        return self.loss / self.images

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1."""
        return self.hits / self.images


class Digits:
    """Images and labels resident on the device."""

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        """images: (n, 28, 28) uint8; labels: (n,) uint8."""
        self.images = tf.constant(images)
        self.labels = tf.constant(labels)

    def __len__(self) -> int:
        return int(self.labels.shape[0])


class Engine:
    """Runs batches of digits through a model, compiled."""

    def __init__(self, model: keras.Model, optimizer: keras.Optimizer, loss: keras.Loss, *, batch_size: int, xla: bool):
        """loss: a Keras loss of one-hot labels and probabilities, with the reduction mean_with_sample_weight."""
        self.model, self.optimizer, self.loss = model, optimizer, loss
        self.batch_size = batch_size
        # Nothing is learned while validating, so its batches may be larger.
        self.validation_batch_size = max(batch_size, 256)
        optimizer.build(model.trainable_variables)  # XLA cannot create variables inside the loop
        images = tf.TensorSpec([None, 28, 28], tf.uint8)
        labels, order, step = (
            tf.TensorSpec([None], tf.uint8),
            tf.TensorSpec([None], tf.int32),
            tf.TensorSpec([], tf.int32),
        )
        self._train = tf.function(self._train_steps, [images, labels, order, step, step], jit_compile=xla)
        self._validate = tf.function(self._validation_steps, [images, labels], jit_compile=xla)

    def train(self, digits: Digits, order: np.ndarray, start: int, stop: int) -> Sums:
        """Learn from the batches start..stop-1 of one epoch.

        order: (n,) int32, the shuffled indices of the whole epoch. The last batch is smaller when n is no multiple
        of the batch size: it is filled up, and what fills it up weighs nothing.
        """
        loss, hits = self._train(
            digits.images, digits.labels, tf.constant(order), tf.constant(start), tf.constant(stop)
        )
        return Sums(float(loss), float(hits), min(stop * self.batch_size, len(order)) - start * self.batch_size)

    def validate(self, digits: Digits) -> Sums:
        """Loss and hits on all `digits`, learning nothing."""
        loss, hits = self._validate(digits.images, digits.labels)
        return Sums(float(loss), float(hits), len(digits))

    def state(self) -> list[np.ndarray]:
        """All that training changes: weights, the random state of dropout, and the optimizer's variables."""
        return [np.array(variable) for variable in self._variables()]

    def restore(self, state: list[np.ndarray]) -> None:
        """Go back to a `state` of the same network."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    def _variables(self) -> list[keras.Variable]:
        return [*self.model.variables, *self.optimizer.variables]

    def _batch(self, images, labels, order, step, batch_size):
        """Gather one batch: pixels (b, 28, 28, 1), one-hot labels (b, 10) and weights (b,), 0 for what fills up."""
        num_images = tf.shape(order)[0]
        position = step * batch_size + tf.range(batch_size)
        index = tf.gather(order, position % num_images)
        pixels = tf.cast(tf.gather(images, index), tf.float32)[..., tf.newaxis]
        one_hot = tf.one_hot(tf.cast(tf.gather(labels, index), tf.int32), NUM_CLASSES)
        return pixels, one_hot, tf.cast(position < num_images, tf.float32)

    def _train_steps(self, images, labels, order, start, stop):
        # In float64 a sum of float32 losses is exact, so that it does not matter where an epoch is cut into chunks.
        loss_sum, hits = tf.constant(0.0, tf.float64), tf.constant(0.0)
        step = start
        # Not `for step in tf.range(start, stop)`: XLA takes its ends for constants and compiles anew at every call.
        while step < stop:
            pixels, one_hot, weights = self._batch(images, labels, order, step, self.batch_size)
            with tf.GradientTape() as tape:
                probabilities = self.model(pixels, training=True)
                loss = self.loss(one_hot, probabilities, sample_weight=weights)
            variables = self.model.trainable_variables
            self.optimizer.apply(tape.gradient(loss, variables), variables)
            loss_sum += tf.cast(loss * tf.reduce_sum(weights), tf.float64)
            hits += tf.reduce_sum(weights * keras.metrics.categorical_accuracy(one_hot, probabilities))
            step += 1
        return loss_sum, hits

    def _validation_steps(self, images, labels):
        loss_sum, hits = tf.constant(0.0, tf.float64), tf.constant(0.0)
        order = tf.range(tf.shape(labels)[0])
        for step in tf.range((tf.size(labels) - 1) // self.validation_batch_size + 1):
            pixels, one_hot, weights = self._batch(images, labels, order, step, self.validation_batch_size)
            probabilities = self.model(pixels, training=False)
            loss = self.loss(one_hot, probabilities, sample_weight=weights)
            loss_sum += tf.cast(loss * tf.reduce_sum(weights), tf.float64)
            hits += tf.reduce_sum(weights * keras.metrics.categorical_accuracy(one_hot, probabilities))
        return loss_sum, hits
