"""A map of the digits: what the last hidden layer makes of each, in two dimensions.

Two ways. Principal components are the two directions in which the features spread most (Pearson, On lines and planes of
closest fit, 1901): computed in no time, and any digit has its exact place. t-SNE keeps neighbours together instead (van
der Maaten & Hinton, Visualizing data using t-SNE, 2008): clearer islands, but distances between them mean little, and a
new digit has a place only by its neighbours. It takes a worker half a minute for NUM_PLACED digits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits.errors import DamagedFile
from digits.evaluation import evaluate, features
from digits.evaluation.folder import folder
from digits.evaluation.test_sets import TestSet
from digits.inference.activations import Activations
from digits.runs.run import Run
from digits.storage.files import publish
from digits.storage.records import read_arrays
from digits.tasks.job import Job

NUM_PLACED = 3_000  # by t-SNE, whose time grows faster than their number
NUM_NEIGHBOURS = 5  # that give a new digit its place


@dataclass(frozen=True)
class Components:
    """The two principal components of features."""

    mean: np.ndarray
    """(d,) float32."""
    directions: np.ndarray
    """(2, d) float32, of length 1, the one of most spread first."""
    shares: tuple[float, float]
    """Of the whole variance, 0 to 1."""

    def place(self, answers: np.ndarray) -> np.ndarray:
        """Where digits with these features (n, d) lie: (n, 2) float32."""
        return (np.asarray(answers, np.float32) - self.mean) @ self.directions.T


@dataclass(frozen=True)
class Neighbourhood:
    """Some digits of a test set placed by t-SNE."""

    indices: np.ndarray
    """(m,) int32 into the test set, ascending."""
    places: np.ndarray
    """(m, 2) float32."""

    def place(self, answers: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Where a digit with the features `query` (d,) would lie: in the middle of its nearest neighbours.

        answers: (n, d), the features of the whole test set. Returns (2,) float32: a median, so that one stray
        neighbour does not matter.
        """
        nearest, _ = features.nearest(answers[self.indices], query, NUM_NEIGHBOURS)
        return np.median(self.places[nearest], axis=0)


def components(answers: np.ndarray) -> Components:
    """The principal components of features (n, d)."""
    mean = np.mean(answers, axis=0, dtype=np.float32)
    centred = np.asarray(answers, np.float32) - mean
    values, vectors = np.linalg.eigh(centred.T @ centred)
    directions = vectors[:, :-3:-1].T  # eigenvalues ascend
    # Of the two opposite directions always the one whose largest part is positive, or the map might flip.
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    shares = values[:-3:-1] / max(float(values.sum()), 1e-12)
    return Components(mean, directions * np.sign(largest), (float(shares[0]), float(shares[1])))


def job(run: Run, chosen: TestSet) -> Job:
    """The neighbourhood of a test set's digits, as a file and the command that makes it."""
    return Job(folder(run, chosen.name) / "map.npz", ("map", run.id, "--test", chosen.name))


def compute(
    run: Run,
    chosen: TestSet,
    layers: Activations,
    on_progress: Callable[[float, str], None] = lambda share, phase: None,
) -> Neighbourhood:
    """Place every misread digit and others evenly taken, NUM_PLACED in all, by t-SNE; store the places, return them.

    The features are stored, too, where they are not yet. layers: those of `run`. Raises DataUnavailable, DamagedFile.
    """
    with job(run, chosen).doing(on_progress) as tell:
        answers = features.stored(run, chosen.name)
        if answers is None:
            read = f"Reading {len(chosen.indices):,} digits"
            answers = features.compute(run, chosen.name, layers, lambda share, _: tell(0.3 * share, read))
        report = evaluate.stored(run, chosen) or evaluate.judge(run, chosen.name)
        indices = _pick(len(answers), [row["index"] for row in report["misread"]])
        tell(0.3, f"Placing {len(indices):,} digits by their neighbours")
        from sklearn.manifold import TSNE

        # By the angle between features, as their nearest neighbours are told elsewhere, too.
        placer = TSNE(metric="cosine", init="random", random_state=0, n_jobs=-1)
        places = placer.fit_transform(np.asarray(answers[indices], np.float32))
        found = Neighbourhood(indices, places.astype(np.float32))
        publish(job(run, chosen).result, lambda file: _save(found, file))
    return found


def stored(run: Run, chosen: TestSet) -> Neighbourhood:
    """The neighbourhood as `compute` stored it. Raises DamagedFile."""
    file = job(run, chosen).result
    try:
        arrays = read_arrays(file)
        found = Neighbourhood(arrays["indices"], arrays["places"])
    except (DamagedFile, KeyError) as error:
        raise DamagedFile(f"The stored map of {run.id} is damaged. Delete {file}.") from error
    whole = found.places.shape == (len(found.indices), 2) and np.isfinite(found.places).all()
    if not whole or not len(found.indices) or found.indices.max() >= len(chosen.indices):
        raise DamagedFile(f"The stored map of {run.id} is not one of these digits. Delete {file}.")
    return found


def _pick(n: int, wanted: list[int]) -> np.ndarray:
    """NUM_PLACED of n digits, or all if there are fewer: those wanted first, then others at even distances."""
    others = np.setdiff1d(np.arange(n), wanted)
    space = max(0, min(NUM_PLACED, n) - len(wanted))
    evenly = others[np.linspace(0, len(others) - 1, min(space, len(others))).astype(int)]
    return np.sort(np.concatenate([np.array(wanted[:NUM_PLACED], int), evenly])).astype(np.int32)


def _save(found: Neighbourhood, file: Path) -> None:
    with file.open("wb") as out:  # given a name, NumPy would add a suffix of its own
        np.savez(out, indices=found.indices, places=found.places)
