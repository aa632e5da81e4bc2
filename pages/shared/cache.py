"""Every cache of the app. A key says what makes an entry stale; each cache is bounded, and none owns anything.

What belongs to a model is kept under its sha256, so that nothing outlives the model that it was made from.
"""

import contextlib
from dataclasses import dataclass

import cv2
import numpy as np
import streamlit as st

from digits.data.dataset import Dataset, open_dataset
from digits.drawings import store as drawings_store
from digits.errors import DamagedFile
from digits.evaluation import embedding_map, features, robustness
from digits.evaluation import store as results
from digits.evaluation.distortions import distort
from digits.evaluation.embedding_map import Components
from digits.evaluation.store import Result, Subject
from digits.evaluation.test_sets import TestSet
from digits.inference.activations import Activations
from digits.inference.detector import Detector
from digits.inference.net import SIDE
from digits.inference.recognizer import Recognizer
from digits.inference.snapshot import Snapshot
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import Run
from digits.storage.files import StoredFile
from digits.storage.home import data_folder, home, run_folder
from digits.training import snapshots
from digits.training.fine_tuning import is_held_out
from pages.shared.picture import png

STRIP = 26  # digits; wider than 1460 px, and Streamlit would scale the picture anew at each rerun
INK = (200, 114, 66)  # blue, green, red; reads on light and on dark paper


@dataclass(frozen=True)
class Drawings:
    """What the sheet of My drawings needs; a whole drawing is read when it is opened."""

    ids: list[str]
    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9."""
    num_held_out: int
    """How many of them fine-tuning does not learn from."""


def dataset(source: str) -> Dataset:
    """The prepared digits of one source, verified once. Raises DataUnavailable, DamagedFile."""
    return _dataset(source, _stamp(source))


def class_means(source: str, part: range) -> np.ndarray:
    """The mean digit of each class within a range of indices, (10, 28, 28) float32 in 0..255."""
    return _class_means(source, _stamp(source), part.start, part.stop)


def _stamp(source: str) -> tuple[str, int]:
    """Return where the files of a source lie and when they were made: preparing them again is a new entry."""
    file = data_folder(source) / "images.npy"
    try:
        return str(file), file.stat().st_mtime_ns
    except OSError:  # the sample is prepared while it is opened
        return str(file), 0


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
    """Return the network of a run, its confidence calibrated, read and checked once. Raises DamagedFile."""
    return _recognizer(run, *_key(run))


def activations(run: Run) -> Activations:
    """Return what shows the hidden layers of a run's network, read and checked once. Raises DamagedFile."""
    return _activations(run, *_key(run))


@st.cache_resource(show_spinner="Loading the digit detector…")
def detector() -> Detector:
    """Return the bundled digit detector, loaded and checked once. Raises DamagedFile."""
    return Detector.bundled()


def along_epochs(run: Run, picture: np.ndarray) -> dict[int, np.ndarray]:
    """Return the probabilities of a picture, (28, 28) uint8, after each epoch that the run has kept: (10,) each.

    Damaged snapshots are passed over.
    """
    found = {}
    for epoch, stored in runs.files(run.id, "snapshot").items():
        with contextlib.suppress(DamagedFile):  # the newest of a run at work may be thinned out meanwhile
            found[epoch] = _probabilities_at(str(home()), run.id, stored, stored.sha256, picture.tobytes())
    return found


def first_weights(run: Run) -> np.ndarray | None:
    """Return what the first layer's sums weigh each pixel with, (units, 28, 28) float32, after the last kept epoch.

    None where the first layer is a convolution, or the run has kept no epoch.
    """
    for stored in reversed(runs.files(run.id, "snapshot").values()):
        with contextlib.suppress(DamagedFile):
            return _snapshot(str(home()), run.id, stored, stored.sha256).pixel_weights
    return None


def part_features(run: Run, part: str) -> np.ndarray | None:
    """Return the features of a part of `digits.evaluation.features`, (n, d) float32; None if they are to be computed.

    In the order of its digits.
    """
    return _stored_features(run, part)[0]


def correct_when_distorted(run: Run, chosen: TestSet, strengths: dict[str, float], every: int) -> np.ndarray:
    """Return which test digits are predicted correctly when distorted, (n,) bool; with `every` 5, of each fifth digit.

    strengths: see `digits.evaluation.distortions.distort`. Raises DataUnavailable, DamagedFile.
    """
    key = chosen.source, chosen.indices.start, chosen.indices.stop, every, tuple(sorted(strengths.items()))
    return _correct_when_distorted(run, _key(run)[0], _stamp(chosen.source), *key)


def components(run: Run, chosen: TestSet) -> Components | None:
    """Return the principal components of the features of a test set; None if those are to be computed."""
    vectors, sha256 = _stored_features(run, chosen.name)
    return None if vectors is None else _components(vectors, sha256)


def drawings() -> Drawings:
    """Return My drawings, the newest first; read again when one came, went or got another label."""
    return _drawings(str(home()), drawings_store.revision())


def predicted_drawings(run: Run, found: Drawings) -> np.ndarray:
    """Return which digit the network of `run` predicts for each drawing, (n,) int. Raises DamagedFile."""
    known = _predictions_by_id(_key(run)[0])
    if new := [place for place, drawing_id in enumerate(found.ids) if drawing_id not in known]:
        digits = recognizer(run).probabilities(found.images[new]).argmax(axis=1)
        known.update(zip((found.ids[place] for place in new), digits.tolist(), strict=True))
    return np.array([known[drawing_id] for drawing_id in found.ids], int)


def _stored_features(run: Run, part: str) -> tuple[np.ndarray | None, str]:
    """Return the features of a part, (n, d) float32, and the sha256 of their file; None if they are to be computed."""
    result = results.get(Subject.of(run), features.KIND, part)
    if result and result.file:
        with contextlib.suppress(DamagedFile):
            return _features(result, result.file.sha256), result.file.sha256
    return None, ""


def _key(run: Run) -> tuple[str, float | None]:
    """Return what names the network of a run, and its calibration. Raises DamagedFile."""
    if run.model is None:
        raise DamagedFile(f"This run has no model: it is {run.state}. Choose another one, or train it again.")
    return run.model.sha256, run.model.temperature


# An argument with an underscore is not part of the key; the sha256 beside it is.


@st.cache_resource(max_entries=4, show_spinner="Loading the network…")
def _recognizer(_run: Run, sha256: str, temperature: float | None) -> Recognizer:
    return models.recognizer(_run)


@st.cache_resource(max_entries=4, show_spinner="Loading the network…")
def _activations(_run: Run, sha256: str, temperature: float | None) -> Activations:
    return models.activations(_run)


@st.cache_resource(max_entries=2 * (snapshots.KEPT + 2), show_spinner=False)
def _snapshot(place: str, run_id: str, _stored: StoredFile, sha256: str) -> Snapshot:
    return Snapshot.load(run_folder(run_id), _stored)


@st.cache_data(max_entries=4096, show_spinner=False)
def _probabilities_at(place: str, run_id: str, _stored: StoredFile, sha256: str, picture: bytes) -> np.ndarray:
    """Kept for each epoch, so that a second of a training costs one prediction and not all of them."""
    pixels = np.frombuffer(picture, np.uint8).reshape(1, SIDE, SIDE)
    return _snapshot(place, run_id, _stored, sha256).probabilities(pixels)[0]


@st.cache_resource(max_entries=2, show_spinner="Opening the training digits…")
def _features(_result: Result, sha256: str) -> np.ndarray:
    """28 MB for 55,000 digits with 128 features; half precision, as stored, takes ten times as long to compare.

    Raises DamagedFile, because a None would be kept: computed again, the file has the same sha256.
    """
    stored = _result.array()
    if stored is None:
        raise DamagedFile("The features were damaged on the disk. Compute them again.")
    return np.asarray(stored, np.float32)


@st.cache_data(max_entries=256, show_spinner="Predicting the digits…")
def _correct_when_distorted(_run, sha256, data_stamp, source, start, stop, every, strengths) -> np.ndarray:
    digits = _dataset(source, data_stamp)
    images, labels = digits.images[start:stop:every], digits.labels[start:stop:every]
    return robustness.are_correct(_recognizers(_run, sha256), distort(images, dict(strengths)), labels)


@st.cache_resource(max_entries=2, show_spinner="Loading the network…")
def _recognizers(_run: Run, sha256: str) -> list[Recognizer]:
    return robustness.load(_run)


@st.cache_data(max_entries=8, show_spinner="Finding the principal components…")
def _components(_features: np.ndarray, sha256: str) -> Components:
    return embedding_map.components(_features)


@st.cache_resource(max_entries=4, show_spinner="Opening My drawings…")
def _drawings(place: str, revision: int) -> Drawings:
    ids, images, labels = drawings_store.images_and_labels()
    return Drawings(ids, images, labels, sum(is_held_out(image) for image in images))


@st.cache_resource(max_entries=4, show_spinner=False)
def _predictions_by_id(sha256: str) -> dict[str, int]:
    """Filled one drawing at a time, so that a new label does not cost the prediction of all of them."""
    return {}
