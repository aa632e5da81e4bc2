"""Train one network. Worker side: imports TensorFlow and Keras.

Touches no disk: progress goes out through callables, stopping comes in through one.
"""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from digits.data.dataset import Dataset
from digits.data.encoding import num_batches
from digits.data.splits import split, take
from digits.errors import DigitsError
from digits.training.architectures import ARCHITECTURES
from digits.training.augment import Augmentation, augment
from digits.training.config import TrainConfig
from digits.training.device import use_xla
from digits.training.engine import Digits, Engine, Sums

CHUNK_SECONDS = 0.4  # how long one compiled call is to last, so that progress and Stop answer within a second
EXPLODED = 1e4  # mean loss in nats; blind guessing has 2.3


@dataclass(frozen=True)
class Fitted:
    """A trained network and how its training ended."""

    model: keras.Model
    """Holds the last good weights."""
    state: str
    """done; stopped (on request); or failed (the loss became NaN)."""
    reason: str = ""
    """Why it failed, in words."""


def fit(
    config: TrainConfig,
    dataset: Dataset,
    device: str,
    *,
    on_compile: Callable[[bool], None] = lambda xla: None,
    on_tick: Callable[[dict], None] = lambda tick: None,
    on_epoch: Callable[[dict], None] = lambda epoch: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Fitted:
    """Train one network from its first weights to the last epoch, or until `should_stop` says so.

    on_compile: called with whether XLA is used, before the first batch.
    on_tick: called about every CHUNK_SECONDS with {epoch, step, steps, loss, accuracy}, means of the epoch so far.
    on_epoch: called with {epoch, seconds, loss, accuracy, val_loss, val_accuracy, learning_rate}; the seconds include
    the validation.
    Raises DigitsError when XLA is asked for and cannot compile the network.
    """
    keras.utils.set_random_seed(config.seed)
    parts = split(config.split, config.source)
    images, labels = take(dataset, parts.train)
    validation = Digits(*take(dataset, parts.validation))
    steps = num_batches(len(labels), config.batch_size)

    model = ARCHITECTURES[config.architecture]()
    optimizer = keras.optimizers.Adam(_learning_rate(config, config.epochs * steps))
    loss = keras.losses.CategoricalCrossentropy(
        label_smoothing=config.label_smoothing, reduction="mean_with_sample_weight"
    )
    xla = use_xla(config.xla, model, device)
    engine = Engine(model, optimizer, loss, batch_size=config.batch_size, xla=xla)
    on_compile(xla)

    chunk = 1  # the first call compiles; the second, short one shows the pace
    good_weights = model.get_weights()
    for epoch, digits in enumerate(_digits_by_epoch(config, images, labels), start=1):
        began = time.perf_counter()
        order = np.random.default_rng([config.seed, epoch]).permutation(len(labels)).astype(np.int32)
        sums, step = Sums(), 0
        while step < steps:
            if should_stop():
                return Fitted(model, "stopped")
            stop = min(step + chunk, steps)
            called = time.perf_counter()
            sums += _train(engine, digits, order, step, stop, config)
            seconds = time.perf_counter() - called
            chunk = 8 if step == 0 and epoch == 1 else max(1, int(CHUNK_SECONDS / seconds * (stop - step)))
            step = stop
            if problem := _divergence(sums.mean_loss):
                model.set_weights(good_weights)
                return Fitted(model, "failed", f"the loss became {problem} in epoch {epoch}; lower the learning rate")
            means = {"loss": sums.mean_loss, "accuracy": sums.accuracy}
            on_tick({"epoch": epoch, "step": step, "steps": steps, **means})
        validated = engine.validate(validation)
        if problem := _divergence(validated.mean_loss):
            model.set_weights(good_weights)
            return Fitted(model, "failed", f"the validation loss became {problem} in epoch {epoch}")
        good_weights = model.get_weights()
        on_epoch(
            {
                "epoch": epoch,
                "seconds": time.perf_counter() - began,
                **means,
                "val_loss": validated.mean_loss,
                "val_accuracy": validated.accuracy,
                "learning_rate": float(optimizer.learning_rate),
            }
        )
    return Fitted(model, "done")


def _train(engine: Engine, digits: Digits, order: np.ndarray, start: int, stop: int, config: TrainConfig) -> Sums:
    try:
        return engine.train(digits, order, start, stop)
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, tf.errors.InternalError) as error:
        if config.xla != "on":
            raise
        reason = str(error.message).strip().split("\n")[0][:200]
        raise DigitsError(
            f"XLA cannot compile {config.architecture} here ({reason}). Set xla to auto or off."
        ) from error


def _divergence(loss: float) -> str:
    """What is wrong with a mean loss, in words; nothing if it is one that training can recover from."""
    if not math.isfinite(loss):
        return "NaN"
    # A softmax in float32 may give huge numbers for ever instead of NaN, while nothing is learned any more.
    return f"{loss:.0e}, which is no better than NaN," if loss > EXPLODED else ""


def _learning_rate(config: TrainConfig, steps: int):
    """The schedule over all steps of the training.

    one-cycle: Smith & Topin, Super-convergence (2018): up from a 25th over the first 30 %, then a cosine to zero.
    """
    if config.schedule == "constant":
        return config.learning_rate
    warm_up = max(1, int(0.3 * steps))
    return keras.optimizers.schedules.CosineDecay(
        config.learning_rate / 25, max(1, steps - warm_up), warmup_target=config.learning_rate, warmup_steps=warm_up
    )


def _digits_by_epoch(config: TrainConfig, images: np.ndarray, labels: np.ndarray) -> Iterator[Digits]:
    """The training digits of each epoch: always the same, or augmented anew while the epoch before is trained.

    The last fifth of the epochs sees half-strength augmentation, closer to the digits as they are.
    """
    if not config.augmentation:
        digits = Digits(images, labels)
        for _ in range(config.epochs):
            yield digits
        return

    full, half = Augmentation(), Augmentation().times(0.5)
    num_full = config.epochs - round(config.epochs / 5)

    def augmented(epoch: int) -> np.ndarray:
        settings = full if epoch <= num_full else half
        return augment(images, labels, np.random.default_rng([config.seed, epoch, 1]), settings)

    with ThreadPoolExecutor(1, thread_name_prefix="augment") as thread:
        upcoming = thread.submit(augmented, 1)
        for epoch in range(1, config.epochs + 1):
            digits = Digits(upcoming.result(), labels)
            if epoch < config.epochs:
                upcoming = thread.submit(augmented, epoch + 1)
            yield digits
