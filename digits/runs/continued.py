"""Make a run that begins with files: one that continues from another's network, with My drawings or to heal it."""

from collections.abc import Callable

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
    heals: bool = False,
) -> Run:
    """Make a run with its own copy of the parent's network and of what it learns from, all or nothing.

    images: (n, 28, 28) uint8; labels: (n,) uint8; heals: without images, its own training digits instead. Raises
    DigitsError if there are too few images, DamagedFile if the parent's model is damaged.
    """

    def add_files(run: Run) -> None:
        models = (parent.model.file(file) for file in ("model.keras", "model.tflite"))
        for number, stored in FineTuneData.copy(images, labels, *models, run_folder(run.id), heals=heals).items():
            updates.add_file(run.id, "fine_tune_data", number, stored)

    return create(settings, add_files, name=name, owner=owner, queued=queued)


def create(settings: Settings, add_files: Callable[[Run], None], *, name: str, owner: str, queued: bool) -> Run:
    """Make a run with the files that `add_files` gives it, all or nothing, and queue it afterwards."""
    run = runs.create(settings, owner=owner, name=name, queued=False)
    try:
        add_files(run)
        if queued:
            runs.resume(run.id)
    except BaseException:
        runs.delete(run.id)
        raise
    if queued:
        tasks.look_after()
    return runs.get(run.id)
