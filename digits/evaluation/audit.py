"""Find doubtful labels of a source by confident learning: networks predict digits that they have not learned from.

Northcutt, Jiang & Chuang, Confident learning: estimating uncertainty in dataset labels (2021), by its authors' package
cleanlab. A worker trains NUM_FOLDS networks for it.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from digits.data.dataset import Dataset, open_dataset
from digits.data.sources import SOURCES
from digits.evaluation import store
from digits.evaluation.report import as_rows
from digits.evaluation.store import Subject
from digits.networks.settings import make_settings
from digits.progress import Progress, to_nobody

KIND = "audit"

NUM_FOLDS = 5
# A sample needs smaller steps than the recipe for MNIST, and none of what slows the one for the sample down.
SMALL = {"epochs": 10, "learning_rate": 0.01, "augmentation": False, "label_smoothing": 0.0}


def audit(source: str, on_progress: Progress = to_nobody) -> dict[str, Any]:
    """Cross-validate the training digits of a source; keep the probabilities and the doubtful labels.

    Returns {source, n, folds, accuracy (of the networks on what they have not learned), issues}; the issues are those
    of `doubtful`.
    Raises DataUnavailable, DamagedFile.
    """
    dataset = open_dataset(source)
    labels = dataset.labels[: dataset.num_train]
    on_progress(0.0, "Starting")
    probabilities = cross_validated(dataset, labels, on_progress)
    found = {
        "source": source,
        "n": len(labels),
        "folds": NUM_FOLDS,
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        "issues": doubtful(labels, probabilities),
    }
    store.put(_subject(source), KIND, "", found, lambda file: np.save(file, probabilities))
    return found


def stored(source: str) -> dict[str, Any] | None:
    """Return what `audit` found of the labels of a source; None if nobody has looked yet."""
    result = store.get(_subject(source), KIND)
    return result.value if result else None


def _subject(source: str) -> Subject:
    return Subject.of_source(source, SOURCES[source].labels_sha256)


def cross_validated(dataset: Dataset, labels: np.ndarray, on_progress: Progress = to_nobody) -> np.ndarray:
    """Return probabilities of each training digit, (n, 10), by a `cnn` that learned `labels` (n,) from the others."""
    from digits.training.cross_validation import out_of_fold

    recipe = SMALL | {"batch_size": min(64, len(labels) // 4)} if len(labels) < 20_000 else {}
    settings = make_settings(architecture="cnn", source=dataset.source, **recipe)
    learned = replace(dataset, images=dataset.images[: len(labels)], labels=labels)
    return out_of_fold(settings, learned, NUM_FOLDS, on_progress)


def doubtful(labels: np.ndarray, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """Return the labels that are probably wrong, the most doubtful first.

    labels: (n,) integers; probabilities: (n, 10), by networks that have not learned from the digit.
    Returns rows of {index, label, predicted, confidence (in the prediction), support (probability of the label)}; both
    are 0 to 1.
    """
    # Imported here because it takes seconds, and the pages only read what is stored.
    from cleanlab.filter import find_label_issues

    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    order = find_label_issues(np.asarray(labels, int), exact, return_indices_ranked_by="normalized_margin", n_jobs=1)
    found = exact[order]
    return as_rows(
        index=order,
        label=labels[order],
        predicted=found.argmax(axis=1),
        confidence=found.max(axis=1).round(4),
        support=exact[order, labels[order]].round(4),
    )
