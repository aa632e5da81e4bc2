"""Prepared digits: memory-mapped arrays with a manifest, shared by the UI and all workers."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from digits.data import mnist, sample
from digits.data.sources import SOURCES, check_source
from digits.errors import DamagedFile, DataUnavailable
from digits.storage.files import locked, publish
from digits.storage.home import data_folder
from digits.storage.records import read_json, write_json

LOADERS = {"sample": lambda on_phase: sample.load(), "mnist": mnist.load}


@dataclass(frozen=True)
class Dataset:
    """The digits of one source, in an order that never changes."""

    source: str
    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink; memory-mapped, read-only."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9; memory-mapped, read-only."""
    manifest: dict[str, Any]
    """Counts, label histogram, sha256 and origin, as written when the source was prepared."""

    @property
    def num_train(self) -> int:
        """How many digits, from the first on, are for training; the rest is the source's own test set."""
        return SOURCES[self.source].num_train


def is_prepared(source: str) -> bool:
    """Whether `open_dataset(source)` needs no preparation."""
    return source in SOURCES and (data_folder(source) / "manifest.json").is_file()


def prepare(source: str, on_phase=lambda phase: None) -> dict[str, Any]:
    """Fetch, verify and convert one source into DIGITS_HOME; returns the manifest.

    One process at a time; whoever waited finds the work done by the other and repeats it harmlessly.
    on_phase: called with a few words at each step. Raises DataUnavailable, DigitsError.
    """
    check_source(source)
    folder, known = data_folder(source), SOURCES[source]
    with locked(folder / "prepare.lock"):
        images, labels = LOADERS[source](on_phase)
        on_phase("Verifying")
        digests = {"images": _digest(images), "labels": _digest(labels)}
        if digests != {"images": known.images_sha256, "labels": known.labels_sha256}:
            raise DataUnavailable(
                f"What came from {known.origin} is not {known.title}: the sha256 of {len(images):,} digits differs. "
                "The download was cut short or altered; delete it and try again."
            )
        on_phase("Writing")
        publish(folder / "images.npy", lambda part: np.save(part, images))
        publish(folder / "labels.npy", lambda part: np.save(part, labels))
        train, test = labels[: known.num_train], labels[known.num_train :]
        manifest = {
            "source": source,
            "origin": known.origin,
            "num_train": len(train),
            "num_test": len(test),
            "label_histogram": {
                "train": np.bincount(train, minlength=10).tolist(),
                "test": np.bincount(test, minlength=10).tolist(),
            },
            "sha256": digests,
            "prepared": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_json(folder / "manifest.json", manifest)  # last: its presence says that all is there
    return manifest


def open_dataset(source: str) -> Dataset:
    """Map a prepared source into memory and verify it (0.1 s for MNIST). The sample is prepared on first use.

    Raises DataUnavailable when the source must be prepared first, DamagedFile when its files differ from the manifest.
    """
    check_source(source)
    if not is_prepared(source):
        if source != "sample":
            raise DataUnavailable(f"{SOURCES[source].title} is not prepared yet. Run: python -m digits data {source}")
        prepare(source)
    folder = data_folder(source)
    manifest = read_json(folder / "manifest.json")
    try:
        images, labels = (
            np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in ("images.npy", "labels.npy")
        )
        intact = manifest["sha256"] == {"images": _digest(images), "labels": _digest(labels)}
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise _damaged(source) from error
    if not intact:
        raise _damaged(source)
    return Dataset(source, images, labels, manifest)


def is_preparing(source: str) -> bool:
    """Whether some process prepares this source right now."""
    try:
        with FileLock(data_folder(source) / "prepare.lock", timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # no folder yet
        return False


def _digest(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array)).hexdigest()


def _damaged(source: str) -> DamagedFile:
    return DamagedFile(
        f"The prepared files of {SOURCES[source].title} are damaged. Prepare them again: python -m digits data {source}"
    )
