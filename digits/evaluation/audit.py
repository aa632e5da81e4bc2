"""Which labels of a source are doubtful? Confident learning, on what networks say of digits they have not learned from.

Northcutt, Jiang & Chuang, Confident learning: estimating uncertainty in dataset labels (2021), by its authors' package
cleanlab. A worker trains NUM_FOLDS networks for it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from digits.data.dataset import Dataset, open_dataset
from digits.data.sources import SOURCES
from digits.errors import BadConfig, DamagedFile
from digits.networks.settings import TrainConfig, make_config
from digits.storage.home import data_folder
from digits.storage.records import read_json, write_array, write_json
from digits.tasks.job import Job

NUM_FOLDS = 5
SMALL = {"epochs": 10, "batch_size": 64}  # a sample needs more, smaller steps than the network's recipe takes


def job(source: str) -> Job:
    """The doubtful labels of a source, as a file and the command that makes it."""
    return Job(data_folder(source) / "audit" / "issues.json", ("audit", source))


def audit(source: str, on_progress: Callable[[float, str], None] = lambda share, phase: None) -> dict[str, Any]:
    """Cross-validate the training digits of a source; store the probabilities and the doubtful labels.

    Returns {source, n, folds, accuracy (of the networks on what they have not learned), issues}; the issues are those
    of `doubtful`.
    Raises DataUnavailable, DamagedFile.
    """
    with job(source).doing(on_progress) as tell:
        dataset = open_dataset(source)
        labels = dataset.labels[: dataset.num_train]
        tell(0.0, "Loading TensorFlow")
        probabilities = cross_validated(dataset, labels, tell)
        found = {
            "source": source,
            "n": len(labels),
            "folds": NUM_FOLDS,
            "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
            "issues": doubtful(labels, probabilities),
        }
        place = job(source).result
        write_array(place.with_name("probabilities.npy"), probabilities)
        write_json(place, found)
    return found


def plant(
    source: str, count: int, on_progress: Callable[[float, str], None] = lambda share, phase: None
) -> dict[str, Any]:
    """How well the audit works: give `count` training digits, chosen at random, a wrong label, and look for them.

    Stores nothing. Returns {source, n, planted, found (how many of them are called doubtful), doubtful (how many labels
    are), found_early (how many of them are among the first 1.5 times `count`)}.
    Raises BadConfig, DataUnavailable, DamagedFile.
    """
    dataset = open_dataset(source)
    labels = np.array(dataset.labels[: dataset.num_train])
    if not 1 <= count <= len(labels) // 10:
        raise BadConfig(f"{count} wrong labels are asked for; expected 1 to {len(labels) // 10:,}.")
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(labels), count, replace=False)
    labels[chosen] = (labels[chosen] + rng.integers(1, 10, count)) % 10
    ranked = [row["index"] for row in doubtful(labels, cross_validated(dataset, labels, on_progress))]
    found, early = (len(set(chosen.tolist()) & set(part)) for part in (ranked, ranked[: count * 3 // 2]))
    return {
        "source": source,
        "n": len(labels),
        "planted": count,
        "found": found,
        "doubtful": len(ranked),
        "found_early": early,
    }


def cross_validated(
    dataset: Dataset, labels: np.ndarray, on_progress: Callable[[float, str], None] = lambda share, phase: None
) -> np.ndarray:
    """What a `cnn` says of each training digit after learning `labels` (n,) from the others: (n, 10) probabilities."""
    from digits.training.cross_validation import out_of_fold

    few = len(labels) < 20_000
    config: TrainConfig = make_config(architecture="cnn", source=dataset.source, **(SMALL if few else {}))
    return out_of_fold(
        config, replace(dataset, images=dataset.images[: len(labels)], labels=labels), NUM_FOLDS, on_progress
    )


def doubtful(labels: np.ndarray, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """The labels that are probably wrong, the most doubtful first.

    labels: (n,) integers; probabilities: (n, 10), of networks that have not learned from the digit.
    Returns rows of {index, label, said, confidence (in what was said), support (for the label)}, both 0 to 1.
    """
    # In here because it takes seconds to import, and the pages only read what is stored.
    from cleanlab.filter import find_label_issues

    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    order = find_label_issues(np.asarray(labels, int), exact, return_indices_ranked_by="normalized_margin", n_jobs=1)
    return [
        {
            "index": int(index),
            "label": int(labels[index]),
            "said": int(exact[index].argmax()),
            "confidence": round(float(exact[index].max()), 4),
            "support": round(float(exact[index, labels[index]]), 4),
        }
        for index in order
    ]


def stored(source: str) -> dict[str, Any]:
    """What `audit` has stored of a source. Raises DamagedFile."""
    file = job(source).result
    found = read_json(file)
    keys = {"index", "label", "said", "confidence", "support"}
    try:
        whole = found["n"] == SOURCES[source].num_train and all(keys <= set(row) for row in found["issues"])
    except (KeyError, TypeError):
        whole = False
    if not whole:
        raise DamagedFile(f"The stored label audit of {SOURCES[source].title} is damaged. Delete {file}.")
    return found
