"""Train one network. Worker side: imports Keras with the library it runs on.

Touches no disk: progress goes out through callables, stopping comes in through one.
"""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import keras
import numpy as np

from digits.data.dataset import Dataset
from digits.data.encoding import num_batches
from digits.data.splits import Split, split, take
from digits.errors import DigitsError
from digits.networks.architectures import ARCHITECTURES
from digits.networks.settings import Settings
from digits.training.checkpoints import Checkpoint
from digits.training.device import use_xla
from digits.training.engine import Digits, Engine, Sums, backend
from digits.training.fine_tuning import FineTuneData, RehearsalSampler

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
    settings: Settings,
    dataset: Dataset,
    device: str,
    *,
    parts: Split | None = None,
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

    parts: which digits train and validate, where it is not the config's split that says so.
    fine_tune: drawings to learn along with the training part, and the network to begin with.
    num_epochs: the last epoch where it lies beyond the config's; the schedule stays the one that the config planned.
    checkpoint: where to go on; the result is the same as if the training had never been interrupted.
    on_compile: called with whether XLA is used, before the first batch.
    on_tick: called about every CHUNK_SECONDS with {epoch, step, steps, loss, accuracy}, means of the epoch so far.
    on_epoch: called with {epoch, seconds, loss, accuracy, val_loss, val_accuracy, learning_rate}; the seconds include
    the validation. In a race that is the leader's, and there are two more: leader, its place from 0, and racers, the
    {val_loss, val_accuracy} of each.
    on_checkpoint: called after each epoch with what going on from there needs.
    on_weights: called with 0 and the network before the first epoch, and with its number and the network after each.
    Raises DigitsError when XLA is asked for and cannot compile the network.
    """
    keras.utils.set_random_seed(settings.seed)
    parts = parts or split(settings.split, settings.source)
    images, labels = take(dataset, parts.train)
    validation = Digits(*take(dataset, parts.validation))
    rehearsal = RehearsalSampler(fine_tune, images, labels, vary=settings.augmentation) if fine_tune else None
    steps = num_batches(len(rehearsal or labels), settings.batch_size)

    model = ARCHITECTURES[settings.architecture]()
    if fine_tune:
        model.set_weights(fine_tune.weights())
    # In a race a variable, for each racer has its own.
    rate = keras.Variable(settings.learning_rate, trainable=False) if settings.racers > 1 else settings.learning_rate
    optimizer = keras.optimizers.Adam(_schedule(settings.schedule, rate, settings.epochs * steps))
    loss = keras.losses.CategoricalCrossentropy(
        label_smoothing=settings.label_smoothing, reduction="mean_with_sample_weight"
    )
    xla = use_xla(settings.xla, model, device)
    engine = Engine(model, optimizer, loss, batch_size=settings.batch_size, xla=xla)
    racers = [settings.racer(place) for place in range(settings.racers)]
    if settings.racers > 1:
        from digits.training.parallel_runs import Race  # on JAX alone

        engine = Race(engine, ARCHITECTURES[settings.architecture], rate, racers, xla=xla)
    on_compile(xla)

    if checkpoint:
        engine.restore(checkpoint.state)
    else:
        on_weights(0, model)
    rows = list(checkpoint.epochs) if checkpoint else []
    first = len(rows) + 1
    last = num_epochs or settings.epochs
    chunk = 1  # the first call compiles; the second, short one shows the pace
    good = engine.state()
    for epoch, digits in _digits_by_epoch(settings, images, labels, rehearsal, first, last):
        began = time.perf_counter()
        order = np.stack([_order(racer.seed, epoch, len(digits)) for racer in racers])
        order = order if settings.racers > 1 else order[0]
        sums, step = Sums(), 0
        while step < steps:
            if should_stop():
                return Fitted(model, "stopped")
            stop = min(step + chunk, steps)
            called = time.perf_counter()
            sums += _train(engine, digits, order, step, stop, settings)
            seconds = time.perf_counter() - called
            chunk = 8 if step == 0 and epoch == first else max(1, int(CHUNK_SECONDS / seconds * (stop - step)))
            step = stop
            leading = sums.of(sums.leader)
            if problem := _divergence(leading.mean_loss):
                engine.restore(good)
                return Fitted(model, "failed", f"the loss became {problem} in epoch {epoch}; lower the learning rate")
            means = {"loss": leading.mean_loss, "accuracy": leading.accuracy}
            on_tick({"epoch": epoch, "step": step, "steps": steps, **means})
        validated = engine.validate(validation)
        best = validated.of(validated.leader)
        if problem := _divergence(best.mean_loss):
            engine.restore(good)
            return Fitted(model, "failed", f"the validation loss became {problem} in epoch {epoch}")
        good = engine.state()
        row = {
            "epoch": epoch,
            "seconds": time.perf_counter() - began,
            "loss": sums.of(validated.leader).mean_loss,
            "accuracy": sums.of(validated.leader).accuracy,
            "val_loss": best.mean_loss,
            "val_accuracy": best.accuracy,
            "learning_rate": float(optimizer.learning_rate),
        }
        if settings.racers > 1:
            row |= {"leader": validated.leader, "racers": _each(validated)}
        on_epoch(row)
        rows.append(row)
        on_checkpoint(Checkpoint(list(rows), good))
        on_weights(epoch, model)
    return Fitted(model, "done")


def _train(engine: Engine, digits: Digits, order: np.ndarray, start: int, stop: int, settings: Settings) -> Sums:
    try:
        return engine.train(digits, order, start, stop)
    except backend.COMPILE_ERRORS as error:
        if settings.xla != "on":
            raise
        reason = error.message.strip().split("\n")[0][:200]
        raise DigitsError(
            f"XLA cannot compile {settings.architecture} here ({reason}). Set xla to auto or off."
        ) from error


def _order(seed: int, epoch: int, num_images: int) -> np.ndarray:
    """The shuffled indices (n,) int32 of one epoch."""
    return np.random.default_rng([seed, epoch]).permutation(num_images).astype(np.int32)


def _each(validated: Sums) -> list[dict[str, float | None]]:
    """Loss and accuracy of each racer; JSON knows no NaN, so that one that diverged has no loss."""
    alone = [validated.of(place) for place in range(len(validated.loss))]
    return [
        {"val_loss": sums.mean_loss if math.isfinite(sums.mean_loss) else None, "val_accuracy": sums.accuracy}
        for sums in alone
    ]


def _divergence(loss: float) -> str:
    """What is wrong with a mean loss, in words; nothing if it is one that training can recover from."""
    if not math.isfinite(loss):
        return "NaN"
    # A softmax in float32 may give huge numbers for ever instead of NaN, while nothing is learned any more.
    return f"{loss:.0e}, which is no better than NaN," if loss > EXPLODED else ""


class OneCycle(keras.optimizers.schedules.CosineDecay):
    """Up from a 25th of the learning rate over the first 30 % of the steps, then along a cosine to zero.

    Smith & Topin, Super-convergence (2018). Epochs that are added beyond the plan learn at a constant tenth.
    """

    def __init__(self, learning_rate: float | keras.Variable, steps: int):
        warm_up = max(1, int(0.3 * steps))
        super().__init__(1 / 25, max(1, steps - warm_up), warmup_target=1.0, warmup_steps=warm_up)
        self.learning_rate, self.steps = learning_rate, steps

    def __call__(self, step):
        # Not `<`: after the last planned step the rate that an epoch reports is still the plan's.
        return self.learning_rate * keras.ops.where(step <= self.steps, super().__call__(step), 0.1)


def _schedule(name: str, rate: float | keras.Variable, steps: int):
    """What Keras' optimizers take for a learning rate: that rate, or its schedule over the planned steps."""
    if name == "one-cycle":
        return OneCycle(rate, steps)
    return (lambda: rate) if isinstance(rate, keras.Variable) else rate


def _digits_by_epoch(
    settings: Settings,
    images: np.ndarray,
    labels: np.ndarray,
    rehearsal: RehearsalSampler | None,
    first: int,
    last: int,
) -> Iterator[tuple[int, Digits]]:
    """Each epoch with its digits: always the same, or made anew while the epoch before is trained.

    Made anew are rehearsal, and augmented digits: the last fifth of the planned epochs, and any added to them, see
    half-strength augmentation, closer to the digits as they are.
    """
    if not settings.augmentation and not rehearsal:
        digits = Digits(images, labels)
        for epoch in range(first, last + 1):
            yield epoch, digits
        return

    from digits.networks.augmentation import Augmentation, augment  # with OpenCV, which a bare machine may lack

    full, half = Augmentation(), Augmentation().times(0.5)
    num_full = settings.epochs - round(settings.epochs / 5)

    def made(epoch: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([settings.seed, epoch, 1])
        if rehearsal:
            return rehearsal.epoch(rng)
        return augment(images, labels, rng, full if epoch <= num_full else half), labels

    with ThreadPoolExecutor(1, thread_name_prefix="augment") as thread:
        upcoming = thread.submit(made, first)
        for epoch in range(first, last + 1):
            digits = Digits(*upcoming.result())
            if epoch < last:
                upcoming = thread.submit(made, epoch + 1)
            yield epoch, digits
