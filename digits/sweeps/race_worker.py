"""What a worker does for a race: train its trials at once, note their progress, and store them as runs in one step."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from digits.networks import backends
from digits.networks.settings import Settings, make_settings
from digits.runs import transfer
from digits.runs.exported_run import ExportedRun
from digits.storage import database
from digits.sweeps import race, store
from digits.sweeps.trial import Trial
from digits.tasks import Interrupted, TaskState, Unsuited, Work

JAX = "jax"
DIVERGED = "The training failed: the loss became NaN; lower the learning rate."


def run(work: Work, sweep_id: str, part: str) -> TaskState:
    """Train what is missing of a race, from its beginning. Raises DigitsError, Interrupted if it was paused.

    A stopped race keeps what its trials have reached. Raises Unsuited if this process has loaded another library.
    """
    if backends.loaded() not in (None, JAX):
        raise Unsuited
    sweep, trials = store.get(sweep_id), race.members(sweep_id, part)
    if not trials:  # they were stored by a worker that was killed before it could say so
        return TaskState.DONE
    members, began = [trial.settings for trial in trials], time.perf_counter()
    rows: list[list[dict[str, Any]]] = [[] for _ in trials]

    def on_epoch(row: dict[str, Any]) -> None:
        leading = members[row.get("leader", 0)].learning_rate
        for own, reached, settings in zip(rows, row.get("racers", [row]), members, strict=True):
            rate = row["learning_rate"] * settings.learning_rate / leading
            own.append({"epoch": row["epoch"], "seconds": row["seconds"], **reached, "learning_rate": rate})
        with database.writing(durable=False) as connection:
            for trial, own in zip(trials, rows, strict=True):
                store.update_trial(trial, connection, accuracies=[row["val_accuracy"] for row in own])
        work.tell(row["epoch"] / members[0].epochs, "Training")

    work.tell(0.0, f"Loading {backends.TITLES[JAX]}")
    state, reason, device, weights = fit(members, on_epoch, lambda: bool(work.request))
    if state == "failed":
        raise DigitsError(f"The training failed: {reason}.")
    if state == "stopped" and work.request == "pause":
        raise Interrupted(TaskState.PAUSED)
    if not rows[0]:
        return TaskState.STOPPED
    details = {"device": device, "backend": JAX, "seconds": (time.perf_counter() - began) / len(trials)}
    trained = [each for each in zip(trials, rows, weights, strict=True) if each[1][-1]["val_loss"] is not None]
    found = [_exported(f"{sweep.title}, {trial.label}", trial, own, w, details, state) for trial, own, w in trained]

    def along(connection, ids: list[str]) -> None:
        for trial in trials:
            store.update_trial(trial, connection, cause=DIVERGED)
        for (trial, _, _), run_id in zip(trained, ids, strict=True):
            store.update_trial(trial, connection, run=run_id, cause="")

    transfer.add(found, as_copies=True, owner=sweep.owner, along=along)
    return TaskState(state)


def fit(
    members: list[Settings], on_epoch: Callable[[dict], None], should_stop: Callable[[], bool]
) -> tuple[str, str, str, list[list[np.ndarray]]]:
    """Train several networks at once. Return how that ended, why, the device's name, and the weights of each network.

    For the rest see `digits.training.trainer.fit`. Raises DigitsError.
    """
    backends.check_installed(JAX)
    os.environ["KERAS_BACKEND"] = JAX  # read when Keras is imported, which is now
    from digits.training import device, trainer

    first, several = members[0], len(members) > 1
    # Each has a learning rate of its own. With the usual one in its place, the compiled engine fits the next race, too.
    usual = make_settings(architecture=first.architecture, source=first.source, optimizer=first.optimizer)
    race = replace(first, learning_rate=usual.learning_rate, racers=len(members), race="seeds") if several else first
    chosen, dataset = device.choose(), open_dataset(first.source)
    with device.watched(chosen):
        fitted = trainer.fit(
            race, dataset, chosen.name, members=members if several else (), on_epoch=on_epoch, should_stop=should_stop
        )
    networks = fitted.members or (fitted.model,)
    return fitted.state, fitted.reason, chosen.name, [network.get_weights() for network in networks]


def _exported(name: str, trial: Trial, rows: list[dict], weights: list, details: dict, ended: str) -> ExportedRun:
    now = datetime.now(UTC)
    described = {
        "id": f"{now:%Y%m%d-%H%M%S}-{trial.settings.architecture}",
        "created": now.isoformat(),
        "name": name,
        "notes": "",
        "tags": [],
        "num_epochs": trial.settings.epochs,
        "ended": ended,
        "temperature": None,
        "details": details,
        "epochs": rows,
    }
    return ExportedRun(described, trial.settings, weights)
