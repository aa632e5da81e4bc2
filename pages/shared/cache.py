"""Every cache of the app. A key says what makes an entry stale; each cache is bounded, and none owns anything."""

import contextlib
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from digits.data.dataset import Dataset, open_dataset
from digits.drawings import store
from digits.drawings.drawing import Drawing
from digits.errors import DamagedFile
from digits.evaluation import embedding_map, features, robustness
from digits.evaluation.distortions import distort
from digits.evaluation.embedding_map import Components
from digits.evaluation.folder import folder
from digits.evaluation.test_sets import TestSet
from digits.inference.activations import Activations
from digits.inference.detector import Detector
from digits.inference.prediction import predict_many
from digits.inference.recognizer import SIDE, Recognizer
from digits.inference.snapshot import Snapshot
from digits.runs import models
from digits.runs.run import Run
from digits.storage.home import data_folder
from digits.training import snapshots
from pages.shared.picture import png

STRIP = 26  # digits; wider than 1460 px, and Streamlit would scale the picture anew at each rerun
INK = (200, 114, 66)  # blue, green, red; reads on light and on dark paper


def dataset(source: str) -> Dataset:
    """The prepared digits of one source, verified once. Raises DataUnavailable, DamagedFile."""
    return _dataset(source, _stamp(source))


def class_means(source: str, part: range) -> np.ndarray:
    """The mean digit of each class within a range of indices, (10, 28, 28) float32 in 0..255."""
    return _class_means(source, _stamp(source), part.start, part.stop)


def _stamp(source: str) -> tuple[str, int]:
    """Where the files of a source lie and when they were made: preparing them anew is a new entry."""
    manifest = data_folder(source) / "manifest.json"
    try:
        return str(manifest), manifest.stat().st_mtime_ns
    except OSError:  # the sample is prepared while it is opened
        return str(manifest), 0


@st.cache_resource(max_entries=4, show_spinner="Opening the digits…")
def _dataset(source: str, stamp: tuple[str, int]) -> Dataset:
    """Memory-mapped and read-only, so that all sessions can share it."""
    return open_dataset(source)


@st.cache_data(max_entries=8, show_spinner="Averaging the digits…")
def _class_means(source: str, stamp: tuple[str, int], start: int, stop: int) -> np.ndarray:
    digits = _dataset(source, stamp)
    images, labels = digits.images[start:stop], digits.labels[start:stop]
    return np.stack([images[labels == digit].mean(axis=0, dtype=np.float32) for digit in range(10)])


def strip(source: str) -> tuple[bytes, list[int]]:
    """The first digits of a source beside each other, blue on clear paper: a PNG, and their labels."""
    return _strip(source, _stamp(source))


@st.cache_data(max_entries=2, show_spinner=False)
def _strip(source: str, stamp: tuple[str, int]) -> tuple[bytes, list[int]]:
    digits = _dataset(source, stamp)
    ink = cv2.resize(np.hstack(digits.images[:STRIP]), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    picture = np.dstack([np.full_like(ink, channel) for channel in INK] + [ink])
    return png(picture), digits.labels[:STRIP].tolist()


def recognizer(run: Run) -> Recognizer:
    """The network of a run, read and checked against its manifest once. Raises DamagedFile."""
    return _recognizer(str(run.path), _model_stamp(run))


def layers(run: Run) -> Activations:
    """The hidden layers of a run's network, read and checked once. Raises DamagedFile."""
    return _layers(str(run.path), _model_stamp(run))


@st.cache_resource(show_spinner="Loading the digit detector…")
def detector() -> Detector:
    """Return the bundled digit detector, loaded and checked once. Raises DamagedFile."""
    return Detector.bundled()


def along_epochs(run: Run, picture: np.ndarray) -> dict[int, np.ndarray]:
    """What the network of a run said of a picture, (28, 28) uint8, after each epoch that is kept: (10,) each.

    Damaged snapshots are passed over.
    """
    answers = {}
    for epoch, file in snapshots.files(run.path).items():
        with contextlib.suppress(DamagedFile, OSError):  # the newest of a run that goes on may be thinned out meanwhile
            answers[epoch] = _answer_at(str(run.path), epoch, file.stat().st_mtime_ns, picture.tobytes())
    return answers


def first_weights(run: Run) -> np.ndarray | None:
    """What the first layer's sums weigh each pixel with, (units, 28, 28) float32, after the last epoch that was kept.

    None where the first layer is a convolution, or the run has kept no epoch.
    """
    for epoch, file in reversed(snapshots.files(run.path).items()):
        with contextlib.suppress(DamagedFile, OSError):
            return _snapshot(str(run.path), epoch, file.stat().st_mtime_ns).pixel_weights
    return None


def training_features(run: Run) -> np.ndarray | None:
    """The features of the digits that a run learned from, (n, d) float32; None if they are not computed.

    In the order of those digits. Raises DamagedFile.
    """
    file = folder(run, features.TRAIN) / "features.npy"
    return _training_features(str(run.path), file.stat().st_mtime_ns) if file.exists() else None


def _model_stamp(run: Run) -> int:
    """When the model of a run was published: one that is trained on is a new entry."""
    try:
        return (run.path / "manifest.json").stat().st_mtime_ns
    except OSError as error:
        raise DamagedFile(f"The model of the run {run.id} is missing; choose another or train it again.") from error


@st.cache_resource(max_entries=2, show_spinner="Opening the training digits…")
def _training_features(path: str, stamp: int) -> np.ndarray:
    """28 MB for 55,000 digits with 128 features; half precision, as stored, takes ten times as long to compare."""
    return np.asarray(features.stored(Run(Path(path)), features.TRAIN), np.float32)


@st.cache_resource(max_entries=4, show_spinner="Loading the network…")
def _recognizer(path: str, stamp: int) -> Recognizer:
    return models.recognizer(Run(Path(path)))


@st.cache_resource(max_entries=4, show_spinner="Loading the network…")
def _layers(path: str, stamp: int) -> Activations:
    return models.layers(Run(Path(path)))


@st.cache_resource(max_entries=2 * (snapshots.KEPT + 2), show_spinner=False)
def _snapshot(path: str, epoch: int, stamp: int) -> Snapshot:
    return models.snapshot(Run(Path(path)), epoch)


@st.cache_data(max_entries=4096, show_spinner=False)
def _answer_at(path: str, epoch: int, stamp: int, picture: bytes) -> np.ndarray:
    """Kept for each epoch of its own, so that a second of a training costs one answer and not all of them."""
    pixels = np.frombuffer(picture, np.uint8).reshape(1, SIDE, SIDE)
    return _snapshot(path, epoch, stamp).probabilities(pixels)[0]


def read_distorted(run: Run, chosen: TestSet, strengths: dict[str, float], every: int) -> np.ndarray:
    """Which test digits are read right when distorted, (n,) bool; with `every` 5, of each fifth digit.

    strengths: see `digits.evaluation.distortions.distort`. Raises DataUnavailable, DamagedFile.
    """
    key = chosen.source, chosen.indices.start, chosen.indices.stop, every, tuple(sorted(strengths.items()))
    return _read_distorted(str(run.path), _model_stamp(run), _stamp(chosen.source), *key)


@st.cache_data(max_entries=256, show_spinner="Reading the digits…")
def _read_distorted(path, stamp, data_stamp, source, start, stop, every, strengths) -> np.ndarray:
    digits = _dataset(source, data_stamp)
    images, labels = digits.images[start:stop:every], digits.labels[start:stop:every]
    return robustness.hits(_readers(path, stamp), distort(images, dict(strengths)), labels)


@st.cache_resource(max_entries=2, show_spinner="Loading the network…")
def _readers(path: str, stamp: int) -> list[Recognizer]:
    return robustness.readers(Run(Path(path)))


def components(run: Run, chosen: TestSet) -> Components:
    """The principal components of the stored features of a test set. Raises DamagedFile."""
    return _components(str(run.path), _model_stamp(run), chosen.name)


@st.cache_data(max_entries=8, show_spinner="Finding the principal components…")
def _components(path: str, stamp: int, name: str) -> Components:
    return embedding_map.components(features.stored(Run(Path(path)), name))


def drawings() -> list[Drawing]:
    """My digits, the newest first; read again when one came, went or got another label."""
    return _drawings(str(store.folder()), store.stamp())


def answers(run: Run) -> np.ndarray:
    """Which digit the network of `run` reads in each of My digits, (n,) int. Raises DamagedFile."""
    return _answers(str(store.folder()), store.stamp(), str(run.path), _model_stamp(run))


@st.cache_resource(max_entries=4, show_spinner="Opening My digits…")
def _drawings(folder: str, stamp: int) -> list[Drawing]:
    return store.drawings()


@st.cache_data(max_entries=8, show_spinner="Reading My digits…")
def _answers(folder: str, stamp: int, path: str, model_stamp: int) -> np.ndarray:
    pictures = np.array([drawing.seen for drawing in _drawings(folder, stamp)], np.uint8).reshape(-1, 28, 28)
    return np.array([one.digit for one in predict_many(pictures, _recognizer(path, model_stamp))], int)
