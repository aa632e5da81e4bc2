"""Map the digits of a test set in two dimensions, by the features of the last hidden layer.

There are two methods. Principal components are the two directions in which the features spread most (Pearson, On lines
and planes of closest fit, 1901): they take milliseconds, and any digit has its exact place. t-SNE keeps neighbours
together (van der Maaten & Hinton, Visualizing data using t-SNE, 2008): the islands are clearer, but distances between
them mean little, and a new digit gets its place from its neighbours. It takes a worker half a minute for NUM_PLACED
digits.
"""

from dataclasses import dataclass

import numpy as np

from digits.evaluation import evaluate, features, store
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import TestSet, test_set
from digits.progress import Progress, to_nobody
from digits.runs.run import Run

KIND = "map"
NUM_PLACED = 3_000  # by t-SNE, whose time grows faster than the number of digits
NUM_NEIGHBOURS = 5  # that give a new digit its place


@dataclass(frozen=True)
class Components:
    """The two principal components of features."""

    mean: np.ndarray
    """(d,) float32."""
    directions: np.ndarray
    """(2, d) float32, of length 1, the one with the greatest variance first."""
    explained: tuple[float, float]
    """The fraction of the variance along each, 0 to 1."""

    def place(self, vectors: np.ndarray) -> np.ndarray:
        """Return the places of digits with these features (n, d): (n, 2) float32."""
        return (np.asarray(vectors, np.float32) - self.mean) @ self.directions.T


@dataclass(frozen=True)
class Embedding:
    """Some digits of a test set placed by t-SNE."""

    indices: np.ndarray
    """(m,) int32 into the test set, ascending."""
    places: np.ndarray
    """(m, 2) float32."""

    def place(self, vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Return the place of a digit with the features `query` (d,): in the middle of its nearest neighbours.

        vectors: (n, d), the features of the whole test set. Returns (2,) float32. It is a median because then one
        stray neighbour does not matter.
        """
        nearest, _ = features.nearest(vectors[self.indices], query, NUM_NEIGHBOURS)
        return np.median(self.places[nearest], axis=0)


def components(vectors: np.ndarray) -> Components:
    """Return the principal components of features (n, d)."""
    mean = np.mean(vectors, axis=0, dtype=np.float32)
    centred = np.asarray(vectors, np.float32) - mean
    values, vectors = np.linalg.eigh(centred.T @ centred)
    directions = vectors[:, :-3:-1].T  # eigenvalues ascend
    # Of two opposite directions, take the one whose largest part is positive: otherwise the map might flip.
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    explained = values[:-3:-1] / max(float(values.sum()), 1e-12)
    return Components(mean, directions * np.sign(largest), (float(explained[0]), float(explained[1])))


def compute(run: Run, name: str, on_progress: Progress = to_nobody) -> Embedding:
    """Place the digits of a test set by t-SNE, keep the places and return them. Missing features are computed first.

    Raises BadConfig, DataUnavailable, DamagedFile.
    """
    subject, chosen = Subject.of(run), test_set(name, run.settings)
    vectors = features.stored(run, name)
    if vectors is None:
        vectors = features.compute(run, name, lambda fraction, phase: on_progress(0.3 * fraction, phase))
    report = evaluate.stored(run, chosen) or evaluate.evaluate(run, name)
    indices = _pick(len(vectors), [row["index"] for row in report["misclassified"]])
    on_progress(0.3, f"Placing {len(indices):,} digits by their neighbours")
    from sklearn.manifold import TSNE

    # By the angle between features, like the nearest training digits.
    placer = TSNE(metric="cosine", init="random", random_state=0, n_jobs=-1)
    places = placer.fit_transform(np.asarray(vectors[indices], np.float32)).astype(np.float32)
    rows = np.column_stack([indices, places]).astype(np.float32)
    store.put(subject, KIND, name, {"n": len(indices)}, lambda file: np.save(file, rows))
    return Embedding(indices, places)


def stored(run: Run, chosen: TestSet) -> Embedding | None:
    """Return the places that `compute` kept for the present model; None if there are none."""
    result = store.get(Subject.of(run), KIND, chosen.name)
    rows = result and result.array()
    return Embedding(rows[:, 0].astype(np.int32), rows[:, 1:]) if rows is not None else None


def _pick(n: int, wanted: list[int]) -> np.ndarray:
    """Return NUM_PLACED of n indices, or all if there are fewer: those wanted first, then others at even distances."""
    others = np.setdiff1d(np.arange(n), wanted)
    space = max(0, min(NUM_PLACED, n) - len(wanted))
    evenly = others[np.linspace(0, len(others) - 1, min(space, len(others))).astype(int)]
    return np.sort(np.concatenate([np.array(wanted[:NUM_PLACED], int), evenly])).astype(np.int32)
