"""Begin to teach a trained network My digits: the taught one is a new run, its parent stays as it is."""

from dataclasses import replace

import numpy as np

from digits.drawings import store
from digits.runs import runs
from digits.runs.run import Run
from digits.training.fine_tuning import Taught, taught_config


def begin(parent: Run, *, seed: int = 0) -> Run:
    """A new run, queued, that goes on from `parent` with all of My digits; it has its own copy of both.

    Raises DigitsError when there are too few drawings, DamagedFile when the parent's model is not whole.
    """
    drawings = store.drawings()
    images = np.array([drawing.seen for drawing in drawings], np.uint8).reshape(-1, 28, 28)
    labels = np.array([drawing.label for drawing in drawings], np.uint8)
    run = runs.create(replace(taught_config(parent), seed=seed), Taught(images, labels, parent))
    run.rename(f"{parent.name}, taught {len(drawings)} drawings")
    return run
