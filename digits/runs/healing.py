"""Heal a damaged network: train it a little further. The damage is done in the worker's memory and never saved."""

from dataclasses import replace

import numpy as np

from digits import tasks
from digits.networks.damage import Damage
from digits.networks.settings import make_settings
from digits.runs import continued
from digits.runs.run import Run
from digits.training.fine_tuning import fine_tune_settings


def begin(parent: Run, damage: Damage, *, owner: str = tasks.LOCAL, seed: int = 0, queued: bool = True) -> Run:
    """Make a run that damages the network of `parent` and trains it further on its own training digits.

    It names both in its settings and keeps its own copy of the network. Raises DigitsError if the parent has no model,
    DamagedFile if its file is damaged.
    """
    parent.demand_model("heal")
    settings = fine_tune_settings(parent.settings, parent.id)
    usual = make_settings(architecture=settings.architecture, optimizer=settings.optimizer, source="mnist")
    settings = replace(settings, learning_rate=usual.learning_rate, seed=seed, damage=str(damage))
    nothing = np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8)
    name = f"{parent.title}, healed"
    return continued.begin(parent, settings, *nothing, name=name, owner=owner, queued=queued)
