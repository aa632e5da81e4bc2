"""Train one network. Worker side: imports Keras with the library it runs on.

Writes no file: progress goes out through callables, and the request to stop comes in through one.
"""

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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
from digits.training.fine_tuning import FineTuneData
from digits.training.rehearsal import RehearsalSampler
from digits.training.warm_engine import engine_for

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
        networks[0].set_weights(_first_weights(fine_tune, settings))

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
        first, last = len(rows) + 1, num_epochs or settings.epochs
        learner, ticked, good = _Learner(engine, settings, steps), -math.inf, engine.state()
        try:
            for epoch, digits in digits_by_epoch(settings, images, labels, rehearsal, first, last):
                began = time.perf_counter()
                order = np.stack([shuffled(member.seed, epoch, len(digits)) for member in members])
                order = order if settings.racers > 1 else order[0]
                step, sums = 0, Sums()
                for step, sums in learner.learn(digits, order, should_stop):
                    leading, now = sums.of(sums.leader), time.perf_counter()
                    _check("loss", leading, epoch)
                    if now - ticked >= CHUNK_SECONDS:
                        ticked = now
                        on_tick({"epoch": epoch, "step": step, "steps": steps, **_means(leading)})
                if step < steps:
                    return fitted("stopped")
                validated = engine.validate(validation)
                _check("validation loss", validated.of(validated.leader), epoch)
                good = engine.state()
                rate = float(engine.optimizer.learning_rate)
                rows.append(_row(epoch, time.perf_counter() - began, sums, validated, rate))
                on_epoch(rows[-1])
                on_checkpoint(Checkpoint(list(rows), good))
                on_weights(epoch, engine.model)
        except _Diverged as error:
            engine.restore(good)
            return fitted("failed", str(error))
        return fitted("done")


class _Learner:
    """Learns from the batches of epochs by compiled calls, each of as many batches as take CHUNK_SECONDS."""

    def __init__(self, engine: Engine, settings: Settings, steps: int) -> None:
        """steps: batches of an epoch."""
        self.engine, self.settings, self.steps = engine, settings, steps
        self.chunk = 0  # batches; not known before the first call

    def learn(self, digits: Digits, order: np.ndarray, should_stop: Callable[[], bool]) -> Iterator[tuple[int, Sums]]:
        """Learn from an epoch until `should_stop`. Yield after each call how many batches are done, and their sums."""
        step, sums = 0, Sums()
        while step < self.steps and not should_stop():
            start, step = step, min(step + (self.chunk or 1), self.steps)
            began = time.perf_counter()
            sums += self._train(digits, order, start, step)
            pace = (time.perf_counter() - began) / (step - start)
            if self.chunk:
                self.chunk = max(1, math.ceil(CHUNK_SECONDS / pace))
            else:  # the first call may have compiled; the second, short one shows the pace
                self.chunk = 1 if pace > SLOW else 8
            yield step, sums

    def _train(self, digits: Digits, order: np.ndarray, start: int, stop: int) -> Sums:
        try:
            return self.engine.train(digits, order, start, stop)
        except backend.COMPILE_ERRORS as error:
            if self.settings.xla != "on":
                raise
            raise DigitsError(
                f"XLA cannot compile the network {self.settings.architecture} on this machine. Set XLA to auto or off.",
                error.message.strip().split("\n")[0][:200],
            ) from error


def _untrained(settings: Settings) -> keras.Sequential:
    """Return the network with the first weights and random state that its seed decides."""
    # Keras draws the seeds of weights and dropout from Python's generator. keras.utils.set_random_seed would also make
    # TensorFlow forget its kernels, which costs a warm engine half a second.
    random.seed(settings.seed)
    return architectures.build(settings)


def _first_weights(fine_tune: FineTuneData, settings: Settings) -> list[np.ndarray]:
    """Return the weights with which a fine-tuning begins: its parent's, with their damage."""
    weights = fine_tune.weights()
    if settings.damage:
        weights = damage.apply(damage.Damage.read(settings.damage), settings, weights)
    return weights


class _Diverged(Exception):
    """The loss has become so large that nothing is learned any more. The message says when, and what to do."""


def _check(name: str, sums: Sums, epoch: int) -> None:
    """Raise _Diverged if training cannot recover from a loss. name: which one, in words."""
    loss = sums.mean_loss
    # A softmax in float32 may give huge numbers for ever instead of NaN, while nothing is learned any more.
    if not math.isfinite(loss) or loss > EXPLODED:
        became = f"{loss:.0e}, which is no better than NaN," if math.isfinite(loss) else "NaN"
        raise _Diverged(f"the {name} became {became} in epoch {epoch}; lower the learning rate")


def _row(epoch: int, seconds: float, learned: Sums, validated: Sums, rate: float) -> dict[str, Any]:
    """Return the row of an epoch, see `fit`."""
    places = range(np.size(validated.loss))
    each = [_means(learned.of(place)) | _means(validated.of(place), "val_") for place in places]
    row = {"epoch": epoch, "seconds": seconds, **each[validated.leader], "learning_rate": rate}
    return row | {"leader": validated.leader, "racers": each} if len(each) > 1 else row


def _means(sums: Sums, prefix: str = "") -> dict[str, float | None]:
    """Return {loss, accuracy}. JSON knows no NaN, and therefore a network that diverged has no loss."""
    means = {"loss": sums.mean_loss, "accuracy": sums.accuracy}
    return {f"{prefix}{name}": value if math.isfinite(value) else None for name, value in means.items()}
