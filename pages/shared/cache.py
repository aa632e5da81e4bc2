"""The caches of several pages. A key says what makes an entry stale; each is bounded, and none owns anything.

What belongs to a model is kept under its sha256, so that nothing outlives the model that it was made from.
"""

from contextlib import suppress

import cv2
import numpy as np
import streamlit as st

from digits.data.dataset import Dataset, array_files, open_dataset
from digits.data.sources import SOURCES
from digits.errors import DamagedFile
from digits.evaluation import embedding_map, features, robustness, speed
from digits.evaluation import store as results
from digits.evaluation.distortions import distort
from digits.evaluation.embedding_map import Components
from digits.evaluation.store import Result, Subject
from digits.evaluation.test_sets import TestSet
from digits.inference.activations import Activations
from digits.inference.detector import Detector
from digits.inference.path_network import PathNetwork
from digits.inference.recognizer import Recognizer
from digits.inference.snapshot import Snapshot
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import Run
from digits.storage.files import StoredFile
from digits.storage.home import run_folder
from digits.training import snapshots
from pages.shared.picture import png

STRIP = 26  # digits; wider than 1460 px, and Streamlit would scale the picture at each rerun
INK = (200, 114, 66)  # blue, green, red; reads on light and on dark paper
KEYS = {
    Run: lambda run: run.model and (run.model.sha256, run.model.temperature),
    Result: lambda result: result.file,
    StoredFile: lambda stored: stored.sha256,
    Dataset: lambda digits: (digits.source, SOURCES[digits.source].images_sha256, SOURCES[digits.source].labels_sha256),
    TestSet: lambda chosen: (chosen.name, chosen.indices, SOURCES[chosen.source].images_sha256),
    range: lambda part: (part.start, part.stop, part.step),
}
"""What names an argument of a cached function; raising inside would hide which error it was."""


def dataset(source: str) -> Dataset:
    """Return the prepared digits of one source, verified once. Raises DataUnavailable, DamagedFile."""
    file = array_files(source)[0]
    # The sample is prepared while it is opened.
    return _dataset(source, str(file), file.stat().st_mtime_ns if file.is_file() else 0)


@st.cache_resource(max_entries=4, show_spinner="Opening the digits…")
def _dataset(source: str, file: str, made: int) -> Dataset:
    """Memory-mapped and read-only, so that all sessions can share it. Prepared again, they are a new entry."""
    return open_dataset(source)


@st.cache_data(max_entries=8, show_spinner="Averaging the digits…", hash_funcs=KEYS)
def class_means(digits: Dataset, part: range) -> np.ndarray:
    """Return the mean digit of each class within a range of indices, (10, 28, 28) float32 in 0..255."""
    images, labels = digits.images[part.start : part.stop], digits.labels[part.start : part.stop]
    counts = np.bincount(labels, minlength=10)
    sums = np.stack([images[labels == digit].sum(axis=0, dtype=np.float32) for digit in range(10)])
    return sums / np.maximum(counts, 1)[:, np.newaxis, np.newaxis]


@st.cache_data(max_entries=2, show_spinner=False)
def strip(source: str) -> tuple[bytes, list[int]]:
    """Return the first digits of a source beside each other, blue on clear paper: a PNG, and their labels."""
    digits = dataset(source)
    ink = cv2.resize(np.hstack(digits.images[:STRIP]), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    picture = np.dstack([np.full_like(ink, channel) for channel in INK] + [ink])
    return png(picture), digits.labels[:STRIP].tolist()


@st.cache_resource(max_entries=4, show_spinner="Loading the network…", hash_funcs=KEYS)
def recognizer(run: Run) -> Recognizer:
    """Return the network of a run, its confidence calibrated, read and checked once. Raises DamagedFile."""
    return models.recognizer(run)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=KEYS)
def milliseconds(compared: list[Run]) -> list[float]:
    """Return the milliseconds in which each model predicts one digit on this machine. Raises DamagedFile."""
    return speed.milliseconds([models.recognizer(run) for run in compared])


@st.cache_data(max_entries=4, show_spinner="Predicting the digits…", hash_funcs=KEYS)
def predictions(run: Run, digits: Dataset) -> np.ndarray:
    """Return the probabilities of all digits of a source, (n, 10) float32. Raises DamagedFile."""
    return recognizer(run).probabilities(digits.images)


@st.cache_resource(max_entries=4, show_spinner="Loading the network…", hash_funcs=KEYS)
def activations(run: Run) -> Activations:
    """Return what shows the hidden layers of a run's network, read and checked once. Raises DamagedFile."""
    return models.activations(run)


@st.cache_resource(show_spinner="Loading the digit detector…")
def detector() -> Detector:
    """Return the bundled digit detector, loaded and checked once. Raises DamagedFile."""
    return Detector.bundled()


@st.cache_resource(show_spinner="Loading the path network…")
def path_network() -> PathNetwork:
    """Return the bundled path network, loaded and checked once. Raises DamagedFile."""
    return PathNetwork.bundled()


def along_epochs(run: Run, picture: np.ndarray) -> dict[int, np.ndarray]:
    """Return the probabilities of a picture, (28, 28) uint8, after each epoch that the run has kept: (10,) each.

    Damaged snapshots are passed over.
    """
    found = {}
    for epoch, stored in runs.files(run.id, "snapshot").items():
        with suppress(DamagedFile):  # the newest of a run at work may be thinned out meanwhile
            found[epoch] = _probabilities_at(run.id, stored, picture)
    return found


def first_weights(run: Run) -> np.ndarray | None:
    """Return what the first layer's sums weigh each pixel with, (units, 28, 28) float32, after the last kept epoch.

    None where the first layer is a convolution, or the run has kept no epoch.
    """
    for stored in reversed(runs.files(run.id, "snapshot").values()):
        with suppress(DamagedFile):
            return _snapshot(run.id, stored).pixel_weights
    return None


@st.cache_data(max_entries=4096, show_spinner=False, hash_funcs=KEYS)
def _probabilities_at(run_id: str, stored: StoredFile, picture: np.ndarray) -> np.ndarray:
    """Kept for each epoch, so that a second of a training costs one prediction and not all of them."""
    return _snapshot(run_id, stored).probabilities(picture[np.newaxis])[0]


@st.cache_resource(max_entries=2 * (snapshots.KEPT + 2), show_spinner=False, hash_funcs=KEYS)
def _snapshot(run_id: str, stored: StoredFile) -> Snapshot:
    return Snapshot.load(run_folder(run_id), stored)


def part_features(run: Run, part: str) -> np.ndarray | None:
    """Return the features of a part of `digits.evaluation.features`, (n, d) float32; None if they are to be computed.

    In the order of its digits.
    """
    result = results.get(Subject.of(run), features.KIND, part)
    with suppress(DamagedFile):
        return _features(result) if result and result.file else None
    return None


def components(run: Run, chosen: TestSet) -> Components | None:
    """Return the principal components of the features of a test set; None if those are to be computed."""
    result = results.get(Subject.of(run), features.KIND, chosen.name)
    with suppress(DamagedFile):
        return _components(result) if result and result.file else None
    return None


@st.cache_resource(max_entries=2, show_spinner="Opening the training digits…", hash_funcs=KEYS)
def _features(result: Result) -> np.ndarray:
    """28 MB for 55,000 digits with 128 features; half precision, as stored, takes ten times as long to compare.

    Raises DamagedFile, because a None would be kept: computed again, the file has the same sha256.
    """
    stored = result.array()
    if stored is None:
        raise DamagedFile("The features were damaged on the disk. Compute them again.")
    return np.asarray(stored, np.float32)


@st.cache_data(max_entries=8, show_spinner="Finding the principal components…", hash_funcs=KEYS)
def _components(result: Result) -> Components:
    return embedding_map.components(_features(result))


@st.cache_data(max_entries=256, show_spinner="Predicting the digits…", hash_funcs=KEYS)
def correct_when_distorted(run: Run, chosen: TestSet, strengths: dict[str, float], every: int) -> np.ndarray:
    """Return which test digits are predicted correctly when distorted, (n,) bool; with `every` 5, of each fifth digit.

    strengths: see `digits.evaluation.distortions.distort`. Raises DataUnavailable, DamagedFile.
    """
    images, labels = chosen.take(dataset(chosen.source))
    return robustness.are_correct(_recognizers(run), distort(images[::every], strengths), labels[::every])


@st.cache_resource(max_entries=2, show_spinner="Loading the network…", hash_funcs=KEYS)
def _recognizers(run: Run) -> list[Recognizer]:
    return robustness.load(run)
