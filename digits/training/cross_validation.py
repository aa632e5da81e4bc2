"""k-fold cross-validation: predictions for digits by networks that have not learned from them. Worker side."""

from dataclasses import replace

import numpy as np
from sklearn.model_selection import StratifiedKFold

from digits.data.dataset import Dataset
from digits.data.splits import Split
from digits.errors import DigitsError
from digits.networks.settings import Settings
from digits.progress import Progress, to_nobody
from digits.training import device, trainer

BATCH_SIZE = 1_000  # digits predicted at a time


def out_of_fold(
    settings: Settings,
    dataset: Dataset,
    num_folds: int,
    on_progress: Progress = to_nobody,
) -> np.ndarray:
    """Train a network on all folds but one and let it predict that one, for each fold, until every digit is predicted.

    settings: of each network; their split is not used, and their seed decides the folds as well. dataset: all of its
    digits are used. on_progress: called with the fraction done and what is done next.
    Returns (n, 10) float32 probabilities. Raises DigitsError when a training fails.
    """
    name = device.choose().name
    probabilities = np.empty((len(dataset.labels), 10), np.float32)
    folds = StratifiedKFold(num_folds, shuffle=True, random_state=settings.seed)
    for number, (learned, held_out) in enumerate(folds.split(np.empty(len(dataset.labels)), dataset.labels)):

        def on_tick(tick: dict, number: int = number) -> None:
            fraction = (tick["epoch"] - 1 + tick["step"] / tick["steps"]) / settings.epochs
            on_progress((number + fraction) / num_folds, f"Fold {number + 1} of {num_folds}, epoch {tick['epoch']}")

        on_progress(number / num_folds, f"Fold {number + 1} of {num_folds}, building the network")
        # The trainer takes ranges. Put the digits in the order of the fold: first those to learn from.
        order = np.concatenate([learned, held_out])
        ordered = replace(dataset, images=dataset.images[order], labels=dataset.labels[order])
        train, rest = range(len(learned)), range(len(learned), len(order))
        fitted = trainer.fit(
            settings, ordered, name, parts=Split(train=train, validation=rest, test=rest), on_tick=on_tick
        )
        if fitted.state == "failed":
            raise DigitsError(f"Fold {number + 1} failed: {fitted.reason}.")
        # Called, not model.predict, which would be compiled for each of the networks.
        for part in np.array_split(held_out, -(-len(held_out) // BATCH_SIZE)):
            pixels = dataset.images[part][..., np.newaxis].astype(np.float32)
            probabilities[part] = fitted.model(pixels, training=False)
    return probabilities
