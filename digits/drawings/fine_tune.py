"""Fine-tune a trained network on My drawings. The fine-tuned network is a new run; its parent does not change."""

from dataclasses import replace

from digits import permissions, tasks
from digits.drawings import store
from digits.runs import continued
from digits.runs.run import Run
from digits.training.fine_tuning import fine_tune_settings

FINE_TUNED = ", fine-tuned"
MAX_NAME = 80  # characters


def begin(parent: Run, *, owner: str = tasks.LOCAL, seed: int = 0, queued: bool = True, everyone: bool = False) -> Run:
    """Make a run that continues from `parent` with My drawings. It keeps its own copy of both.

    everyone: see `permissions.visible_drawers`. Raises DigitsError if there are too few drawings or no model,
    DamagedFile if the parent's model is damaged.
    """
    parent.demand_model("fine-tune")
    _, images, labels = store.images_and_labels(permissions.visible_drawers(everyone=everyone))
    settings = replace(fine_tune_settings(parent.settings, parent.id), seed=seed)
    return continued.begin(parent, settings, images, labels, name=_name(parent), owner=owner, queued=queued)


def _name(parent: Run) -> str:
    """Return a name that stays short however often a network is fine-tuned; the number tells the runs apart."""
    name = parent.title.removesuffix(f" · run {parent.number}").removesuffix(FINE_TUNED)
    return name[: MAX_NAME - len(FINE_TUNED)] + FINE_TUNED
