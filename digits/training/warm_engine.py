"""Engines by settings; the last one stays compiled for the next training. Worker side: imports Keras.

Compiling takes longer than an epoch of a small network. An engine depends on everything in the settings but the seed,
and whoever trains with it begins with weights, random states and an optimizer of their own.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from digits.data.encoding import num_batches
from digits.data.splits import split
from digits.networks import architectures
from digits.networks.library import keras
from digits.networks.settings import Settings
from digits.training.device import choose, use_xla
from digits.training.engine import Digits, Engine
from digits.training.epochs import shuffled
from digits.training.schedule import make_optimizer, schedule

_kept: list[tuple[Any, Engine]] = []  # at most one, with what it was compiled for


@contextlib.contextmanager
def engine_for(settings: Settings, num_steps: int, device: str) -> Iterator[Engine]:
    """Yield an engine, compiled already where the last training was like this one. Call its `begin` first.

    num_steps: of an epoch. device: the name of what trains. What is raised inside costs the engine.
    """
    key = (replace(settings, seed=0), num_steps, device)
    if _kept and _kept[0][0] != key:
        _kept.clear()
    engine = _kept.pop()[1] if _kept else _build(settings, num_steps, device)
    yield engine
    _kept[:] = [(key, engine)]


def warm_up(settings: Settings) -> None:
    """Compile the engine for these settings ahead of `trainer.fit`, on blank digits."""
    parts = split(settings.split, settings.source)
    num_digits = len(parts.train)
    members = [settings.racer(place) for place in range(settings.racers)]
    with engine_for(settings, num_batches(num_digits, settings.batch_size), choose().name) as engine:
        engine.begin([architectures.build(settings) for _ in members])
        order = np.stack([shuffled(member.seed, 1, num_digits) for member in members])
        engine.train(_blank(num_digits), order if len(members) > 1 else order[0], 0, 1)
        engine.validate(_blank(len(parts.validation)))


def _blank(num_digits: int) -> Digits:
    return Digits(np.zeros((num_digits, 28, 28), np.uint8), np.zeros(num_digits, np.uint8))


def _build(settings: Settings, num_steps: int, device: str) -> Engine:
    model = architectures.build(settings)
    # A variable where several networks are trained at once, because each has its own.
    several = settings.racers > 1
    rate = keras.Variable(settings.learning_rate, trainable=False) if several else settings.learning_rate
    optimizer = make_optimizer(settings.optimizer, schedule(settings.schedule, rate, settings.epochs * num_steps))
    loss = keras.losses.CategoricalCrossentropy(
        label_smoothing=settings.label_smoothing, reduction="mean_with_sample_weight"
    )
    xla = use_xla(settings.xla, model, device)
    engine = Engine(model, optimizer, loss, batch_size=settings.batch_size, xla=xla)
    if several:
        from digits.training.parallel_runs import ParallelRuns  # on JAX alone

        return ParallelRuns(engine, rate, [settings.racer(place).learning_rate for place in range(settings.racers)])
    return engine
