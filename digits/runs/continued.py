"""Make a run that continues from another's network: with My drawings, or to heal it."""

import shutil
import sqlite3

import numpy as np

from digits import tasks
from digits.networks.settings import Settings
from digits.runs import store as runs
from digits.runs import updates
from digits.runs.run import Run
from digits.storage.home import run_folder
from digits.training.fine_tuning import FineTuneData


def begin(
    parent: Run,
    settings: Settings,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    name: str,
    owner: str,
    queued: bool,
) -> Run:
    """Make a run with its own copy of the parent's network and of what it learns from, all or nothing.

    images: (n, 28, 28) uint8; labels: (n,) uint8; none where the settings name a damage, which its own training digits
    heal. Raises DigitsError if there are too few images, DamagedFile if the parent's model is damaged.
    """

    def copy(connection: sqlite3.Connection, run_id: str) -> None:
        models = (parent.model.file(file) for file in ("model.keras", "model.tflite"))
        try:
            stored = FineTuneData.copy(images, labels, *models, run_folder(run_id), heals=bool(settings.damage))
        except BaseException:
            shutil.rmtree(run_folder(run_id), ignore_errors=True)
            raise
        for number, file in stored.items():
            updates.add_file_within(connection, run_id, "fine_tune_data", number, file)

    run = runs.create(settings, owner=owner, name=name, queued=queued, along=copy)
    if queued:
        tasks.look_after()
    return run
