"""Fine-tune a trained network on My drawings. The fine-tuned network is a new run; its parent does not change."""

from dataclasses import replace

from digits import tasks
from digits.data.dataset import is_prepared
from digits.drawings import store
from digits.errors import DigitsError
from digits.networks.settings import Settings
from digits.runs import store as runs
from digits.runs import updates
from digits.runs.run import Run
from digits.storage.home import run_folder
from digits.training.fine_tuning import FineTuneData, fine_tune_settings

FINE_TUNED = ", fine-tuned"
MAX_NAME = 80  # characters


def settings_for(parent: Run) -> Settings:
    """Return the settings by which a run continues from `parent`."""
    return fine_tune_settings(parent.settings, parent.id, is_prepared(parent.settings.source))


def begin(parent: Run, *, owner: str = tasks.LOCAL, seed: int = 0, queued: bool = True) -> Run:
    """Make a run that continues from `parent` with all of My drawings. It keeps its own copy of both.

    Raises DigitsError if there are too few drawings or no model, DamagedFile if the parent's model is damaged.
    """
    if parent.model is None:
        raise DigitsError(f"This run has no model to fine-tune: it is {parent.state}. Choose another one.")
    _, images, labels = store.images_and_labels()
    run = runs.create(
        replace(settings_for(parent), seed=seed),
        owner=owner,
        name=_name(parent),
        queued=False,
    )
    try:
        models = (parent.model.file(name) for name in ("model.keras", "model.tflite"))
        for number, stored in FineTuneData.copy(images, labels, *models, run_folder(run.id)).items():
            updates.add_file(run.id, "fine_tune_data", number, stored)
    except BaseException:
        runs.delete(run.id)
        raise
    if queued:
        tasks.submit("train", run.id, owner=owner, lane=tasks.TRAINING)
    return runs.get(run.id)


def _name(parent: Run) -> str:
    """Return a name that stays short however often a network is fine-tuned; the number tells the runs apart."""
    name = parent.title.removesuffix(f" · run {parent.number}").removesuffix(FINE_TUNED)
    return name[: MAX_NAME - len(FINE_TUNED)] + FINE_TUNED
