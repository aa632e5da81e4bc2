"""Train one network. Worker side: imports Keras with the library it runs on.

Writes no file: progress goes out through callables, and the request to stop comes in through one.
"""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from digits.data.dataset import Dataset
from digits.data.encoding import num_batches
from digits.data.splits import Split, split, take
from digits.errors import DigitsError
from digits.networks import architectures, damage
from digits.networks.library import keras
from digits.networks.settings import Settings
from digits.training.checkpoints import Checkpoint
from digits.training.engine import Digits, Engine, Sums, backend
from digits.training.epochs import digits_by_epoch, shuffled
from digits.training.fine_tuning import FineTuneData, RehearsalSampler
from digits.training.warm_engine import engine_for, warm_up

__all__ = ["Fitted", "fit", "warm_up"]

CHUNK_SECONDS = 0.5  # how long one compiled call is to last, so that Stop works within a second
SLOW = 5.0  # s; a first batch that takes longer, with compiling, may be one of many slow ones
EXPLODED = 1e4  # mean loss in nats; blind guessing has 2.3


@dataclass(frozen=True)
class Fitted:
    """A trained network and how its training ended."""

    model: keras.Model
    """Has the last good weights, and is the caller's alone."""
    state: str
    """done; stopped (on request); or failed (the loss became NaN)."""
    reason: str = ""
    """Why it failed, and what to do, in words that fit into a sentence."""
    members: tuple[keras.Model, ...] = ()
    """The networks that were trained at once, where the caller named them."""


def fit(
    settings: Settings,
    dataset: Dataset,
    device: str,
    *,
    parts: Split | None = None,
    members: Sequence[Settings] = (),
    fine_tune: FineTuneData | None = None,
    num_epochs: int | None = None,
    checkpoint: Checkpoint | None = None,
    on_compile: Callable[[bool], None] = lambda xla: None,
    on_tick: Callable[[dict], None] = lambda tick: None,
    on_epoch: Callable[[dict], None] = lambda epoch: None,
    on_checkpoint: Callable[[Checkpoint], None] = lambda checkpoint: None,
    on_weights: Callable[[int, keras.Sequential], None] = lambda epoch, model: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Fitted:
    """Train one network from its first weights, or from a checkpoint, to the last epoch or until `should_stop`.

    The result is the same whatever this process trained before.

    device: the name of what trains. parts: which digits train and validate, where they are not the settings' split.
    members: the settings of the networks that are trained at once, as many as `settings.racers`, which differ in their
    learning rate and seed alone; without them they are those of `settings.racer`.
    fine_tune: drawings to learn along with the training part, and the network to begin with.
    num_epochs: the last epoch where it lies beyond the settings'; the schedule stays the one that they planned.
    checkpoint: where to continue; the result is the same as if the training had never been interrupted.
    on_compile: called with whether XLA is used, before the first batch.
    on_tick: called at most every CHUNK_SECONDS with {epoch, step, steps, loss, accuracy}, means of the epoch so far.
    on_epoch: called with {epoch, seconds, loss, accuracy, val_loss, val_accuracy, learning_rate}; the seconds include
    the validation. Of networks trained at once those are the leader's, and there are two more: leader, its place from
    0, and racers, the {loss, accuracy, val_loss, val_accuracy} of each.
    on_checkpoint: called after each epoch with what continuing from there needs.
    on_weights: called with 0 and the network before the first epoch, and with its number and the network after each.
    Raises DigitsError when XLA is asked for and cannot compile the network.
    """
    parts = parts or split(settings.split, settings.source)
    images, labels = take(dataset, settings.learned(parts.train))
    validation = Digits(*take(dataset, parts.validation))
    rehearsal = RehearsalSampler(fine_tune, images, labels, vary=settings.augmentation) if fine_tune else None
    steps = num_batches(len(rehearsal or labels), settings.batch_size)
    named, members = bool(members), members or [settings.racer(place) for place in range(settings.racers)]
    networks = [_untrained(member) for member in members]
    if fine_tune:
        weights = fine_tune.weights()
        if settings.damage:
            weights = damage.apply(damage.Damage.read(settings.damage), settings, weights)
        networks[0].set_weights(weights)

    def fitted(state: str, reason: str = "") -> Fitted:
        if named:
            engine.hand_out(networks)
            return Fitted(networks[0], state, reason, tuple(networks))
        networks[0].set_weights(engine.model.get_weights())
        return Fitted(networks[0], state, reason)

    with engine_for(settings, steps, device) as engine:
        on_compile(engine.xla)
        if settings.racers > 1:
            engine.rates = [member.learning_rate for member in members]
        engine.begin(networks)
        if checkpoint:
            engine.restore(checkpoint.state)
        elif not settings.damage:  # a damaged network is never saved
            on_weights(0, engine.model)
        rows = list(checkpoint.epochs) if checkpoint else []
        first = len(rows) + 1
        chunk, ticked = 1, -math.inf  # the first call may compile; the second, short one shows the pace
        good = engine.state()
        for epoch, digits in digits_by_epoch(settings, images, labels, rehearsal, first, num_epochs or settings.epochs):
            began = time.perf_counter()
            order = np.stack([shuffled(member.seed, epoch, len(digits)) for member in members])
            order = order if settings.racers > 1 else order[0]
            sums, step = Sums(), 0
            while step < steps:
                if should_stop():
                    return fitted("stopped")
                stop = min(step + chunk, steps)
                called = time.perf_counter()
                sums += _train(engine, digits, order, step, stop, settings)
                now = time.perf_counter()
                pace = (now - called) / (stop - step)
                if step == 0 and epoch == first:
                    chunk = 1 if pace > SLOW else 8
                else:
                    chunk = max(1, math.ceil(CHUNK_SECONDS / pace))
                step = stop
                leading = sums.of(sums.leader)
                if problem := _divergence(leading.mean_loss):
                    engine.restore(good)
                    return fitted("failed", f"the loss became {problem} in epoch {epoch}; lower the learning rate")
                if now - ticked >= CHUNK_SECONDS:
                    ticked = now
                    means = {"loss": leading.mean_loss, "accuracy": leading.accuracy}
                    on_tick({"epoch": epoch, "step": step, "steps": steps, **means})
            validated = engine.validate(validation)
            best = validated.of(validated.leader)
            if problem := _divergence(best.mean_loss):
                engine.restore(good)
                reason = f"the validation loss became {problem} in epoch {epoch}; lower the learning rate"
                return fitted("failed", reason)
            good = engine.state()
            row = {
                "epoch": epoch,
                "seconds": time.perf_counter() - began,
                "loss": sums.of(validated.leader).mean_loss,
                "accuracy": sums.of(validated.leader).accuracy,
                "val_loss": best.mean_loss,
                "val_accuracy": best.accuracy,
                "learning_rate": float(engine.optimizer.learning_rate),
            }
            if settings.racers > 1:
                row |= {"leader": validated.leader, "racers": _each(sums, validated)}
            on_epoch(row)
            rows.append(row)
            on_checkpoint(Checkpoint(list(rows), good))
            on_weights(epoch, engine.model)
        return fitted("done")


def _untrained(settings: Settings) -> keras.Sequential:
    """Return the network with the first weights and random state that its seed decides."""
    # Keras draws the seeds of weights and dropout from Python's generator. keras.utils.set_random_seed would also make
    # TensorFlow forget its kernels, which costs a warm engine half a second.
    random.seed(settings.seed)
    return architectures.build(settings)


def _train(engine: Engine, digits: Digits, order: np.ndarray, start: int, stop: int, settings: Settings) -> Sums:
    try:
        return engine.train(digits, order, start, stop)
    except backend.COMPILE_ERRORS as error:
        if settings.xla != "on":
            raise
        raise DigitsError(
            f"XLA cannot compile the network {settings.architecture} on this machine. Set XLA to auto or off.",
            error.message.strip().split("\n")[0][:200],
        ) from error


def _each(learned: Sums, validated: Sums) -> list[dict[str, float | None]]:
    """Return loss and accuracy of each network; JSON knows no NaN, and therefore one that diverged has no loss."""
    return [
        {
            f"{prefix}{name}": value if math.isfinite(value) else None
            for prefix, sums in (("", learned.of(place)), ("val_", validated.of(place)))
            for name, value in (("loss", sums.mean_loss), ("accuracy", sums.accuracy))
        }
        for place in range(len(validated.loss))
    ]


def _divergence(loss: float) -> str:
    """Return in words what is wrong with a mean loss; nothing if training can recover from it."""
    if not math.isfinite(loss):
        return "NaN"
    # A softmax in float32 may give huge numbers for ever instead of NaN, while nothing is learned any more.
    return f"{loss:.0e}, which is no better than NaN," if loss > EXPLODED else ""
