"""What the last hidden layer of a run makes of many digits: computed once by a worker, then mapped into memory.

Digits are near each other in these features where the network sees likeness, so the nearest training digits say what
an answer reminds it of (Papernot & McDaniel, Deep k-nearest neighbors, 2018).
"""

from collections.abc import Callable

import numpy as np

from digits.data.dataset import open_dataset
from digits.data.splits import split, take
from digits.errors import DamagedFile
from digits.evaluation.folder import folder
from digits.evaluation.test_sets import test_set
from digits.inference.activations import Activations
from digits.runs.run import Run
from digits.storage.records import read_array, write_array
from digits.tasks.job import Job

TRAIN = "train"
"""The name of the digits that a run learned from; every other part is a test set, "tutorial" or "official"."""
CHUNK = 1_000  # digits between two reports of progress


def part(run: Run, name: str) -> tuple[str, range]:
    """The source and the indices of a named part of the data. Raises BadConfig."""
    if name == TRAIN:
        return run.config.source, split(run.config.split, run.config.source).train
    chosen = test_set(name, run.config)
    return chosen.source, chosen.indices


def job(run: Run, name: str) -> Job:
    """The features of a named part, as a file and the command that makes it."""
    return Job(folder(run, name) / "features.npy", ("features", run.id, name))


def compute(
    run: Run, name: str, layers: Activations, on_progress: Callable[[float, str], None] = lambda share, phase: None
) -> np.ndarray:
    """Compute, store and return the features of a named part, (n, d) float16.

    layers: those of `run`. on_progress: called with the share that is done and what is done next.
    Raises DigitsError while another process is at it, BadConfig, DataUnavailable, DamagedFile.
    """
    source, indices = part(run, name)
    images, _ = take(open_dataset(source), indices)
    with job(run, name).doing(on_progress) as tell:
        chunks = []
        for start in range(0, len(images), CHUNK):
            tell(start / len(images), f"Looking at {len(images):,} digits")
            chunks.append(layers.features(images[start : start + CHUNK]).astype(np.float16))
        features = np.concatenate(chunks)
        write_array(job(run, name).result, features)
    return features


def stored(run: Run, name: str) -> np.ndarray | None:
    """The features of a named part, (n, d) float16, memory-mapped; None if there are none. Raises DamagedFile."""
    file = folder(run, name) / "features.npy"
    if not file.exists():
        return None
    try:
        features = read_array(file)
    except DamagedFile as error:
        raise DamagedFile(
            f"The stored features of {run.id} are damaged. Delete {file} and compute them anew."
        ) from error
    if features.ndim != 2 or len(features) != len(part(run, name)[1]):
        raise DamagedFile(f"The stored features of {run.id} are not those of its digits. Delete {file}.")
    return features


def nearest(features: np.ndarray, query: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The most similar of `features` (n, d) to `query` (d,): their indices and cosines, the most similar first.

    10 ms for 55,000 of them in float32; float16 takes ten times as long.
    """
    features, query = np.asarray(features, np.float32), np.asarray(query, np.float32)
    lengths = np.sqrt(np.einsum("nd,nd->n", features, features)) * np.linalg.norm(query)
    cosines = features @ query / np.maximum(lengths, 1e-12)  # a digit to which no neuron answers is like none
    found = np.argpartition(-cosines, min(count, len(cosines)) - 1)[:count]
    found = found[np.argsort(-cosines[found], kind="stable")]
    return found, cosines[found]
