"""Compute the features of many digits, the outputs of the last hidden layer of a run: once, by a worker.

Digits that look alike to the network have similar features, so the nearest training digits explain a prediction
(Papernot & McDaniel, Deep k-nearest neighbors, 2018).
"""

import numpy as np

from digits.data.dataset import is_available, open_dataset
from digits.data.sources import SOURCES
from digits.data.splits import split, take
from digits.evaluation import store
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import test_set
from digits.progress import Progress, to_nobody
from digits.runs import models
from digits.runs.run import Run

TRAIN = "train"
"""The name of the digits that a run learned from; every other part is the sample or a test set."""
SAMPLE = "sample"
KIND = "features"
CHUNK = 1_000  # digits between two reports of progress


def part(run: Run, name: str) -> tuple[str, range]:
    """Return the source and the indices of a named part of the data. Raises BadConfig."""
    if name == TRAIN:
        return run.settings.source, split(run.settings.split, run.settings.source).train
    if name == SAMPLE:
        return SAMPLE, range(SOURCES[SAMPLE].num_train)
    chosen = test_set(name, run.settings)
    return chosen.source, chosen.indices


def learned_part(run: Run) -> str:
    """Return the name of a part of which `run` learned every digit: TRAIN, or SAMPLE where only that is here.

    The starter learned from MNIST, which is not on every machine, and so from every digit of the sample, which is.
    """
    source, train = part(run, TRAIN)
    whole, n = SOURCES[SAMPLE].sampled_from
    knows_sample = source == whole and train.start == 0 and n <= train.stop
    return SAMPLE if knows_sample and not is_available(source) else TRAIN


def compute(run: Run, name: str, on_progress: Progress = to_nobody) -> np.ndarray:
    """Compute, keep and return the features of a named part, (n, d) float16.

    on_progress: called with the fraction that is done and what is done next.
    Raises BadConfig, DataUnavailable, DamagedFile.
    """
    subject = Subject.of(run)
    source, indices = part(run, name)
    images, _ = take(open_dataset(source), indices)
    activations = models.activations(run)
    chunks = []
    for start in range(0, len(images), CHUNK):
        on_progress(start / len(images), f"Computing the features of {len(images):,} digits")
        chunks.append(activations.features(images[start : start + CHUNK]).astype(np.float16))
    features = np.concatenate(chunks)
    store.put(subject, KIND, name, {"n": len(features)}, lambda file: np.save(file, features))
    return features


def stored(run: Run, name: str) -> np.ndarray | None:
    """Return the features of a named part, (n, d) float16, memory-mapped; None if the present model has none."""
    result = store.get(Subject.of(run), KIND, name)
    features = result and result.array()
    return features if features is not None and len(features) == len(part(run, name)[1]) else None


def nearest(features: np.ndarray, query: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the `count` most similar of `features` (n, d) to `query` (d,): indices and cosines, in descending order.

    It takes 10 ms for 55,000 of them in float32; float16 takes ten times as long.
    """
    features, query = np.asarray(features, np.float32), np.asarray(query, np.float32)
    lengths = np.sqrt(np.einsum("nd,nd->n", features, features)) * np.linalg.norm(query)
    cosines = features @ query / np.maximum(lengths, 1e-12)  # a digit that activates no neuron is similar to none
    found = np.argpartition(-cosines, min(count, len(cosines)) - 1)[:count]
    found = found[np.argsort(-cosines[found], kind="stable")]
    return found, cosines[found]
