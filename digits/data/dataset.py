"""Prepared digits: memory-mapped arrays, shared by the pages and all workers, known by their sha256."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digits import tasks
from digits.data import mnist, optdigits, sample
from digits.data.own_sources import sha256
from digits.data.sources import SOURCES, check_source
from digits.errors import DamagedFile, DataUnavailable
from digits.progress import Progress, to_nobody
from digits.storage.files import atomic_write
from digits.storage.home import data_folder

LOADERS = {
    "sample": lambda on_progress: sample.load(),
    "mnist": mnist.load,
    "optdigits": lambda on_progress: optdigits.load(),
}
NAMES = ("images", "labels")
NO_LABEL = 255
"""Stands for the label of a digit that nobody has labelled."""


@dataclass(frozen=True)
class Dataset:
    """The digits of one source, in an order that never changes."""

    source: str
    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink; memory-mapped, read-only."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9; memory-mapped, read-only. NO_LABEL for all, if the source has no labels."""

    @property
    def num_train(self) -> int:
        """How many digits, from the first on, are for training; the rest is the source's own test set."""
        return SOURCES[self.source].num_train


def is_prepared(source: str) -> bool:
    """Return whether `open_dataset(source)` needs no preparation."""
    return source in SOURCES and all(file.is_file() for file in array_files(source))


def array_files(source: str) -> list[Path]:
    """Return where the images and the labels of a source lie, whether they are there or not."""
    return [data_folder(source) / name for name in SOURCES[source].files]


def is_available(source: str) -> bool:
    """Return whether `open_dataset(source)` finds digits: they are prepared, or come with the app."""
    return source in SOURCES and (SOURCES[source].is_bundled or is_prepared(source))


def prepare(source: str, on_progress: Progress = to_nobody) -> None:
    """Fetch, verify and convert one source into DIGITS_HOME. Two processes at once do it twice and harmlessly.

    Nobody knows how far it is; on_progress hears what is done next. Raises DataUnavailable, DigitsError.
    """
    check_source(source)
    known = SOURCES[source]
    if known.is_own:
        raise DataUnavailable(
            f"The digits of {source} are not here any more. Add them again under this name.",
            f"Run: python -m digits data add {source} PATH",
        )
    arrays = dict(zip(NAMES, LOADERS[source](on_progress), strict=True))
    on_progress(0.0, "Verifying")
    digests = _digests(arrays)
    if not known.images_sha256:
        atomic_write(_computed_digest(source), lambda part: part.write_text(digests["images"]))
    if digests != _expected(source):
        raise DataUnavailable(
            f"What came from {known.origin} is not {known.title}: it was cut short or altered. Delete the download and "
            "try again."
        )
    on_progress(0.0, "Writing")
    for file, array in zip(array_files(source), arrays.values(), strict=True):
        atomic_write(file, lambda part, array=array: np.save(part, array))


def ensure_prepared(source: str, on_progress: Progress = to_nobody) -> None:
    """Prepare `source` here and now unless that is done already. Raises RunBusy while another process does it."""
    check_source(source)
    if not is_prepared(source):
        tasks.do_now("prepare", source, "", prepare_task, on_progress=on_progress)


def prepare_task(work: tasks.Work, source: str, part: str) -> None:
    """Prepare a source as a task."""
    prepare(source, work.report)


def open_dataset(source: str) -> Dataset:
    """Map a prepared source into memory and verify it (0.1 s for MNIST).

    What comes with the app is prepared on first use, which takes Optdigits some seconds.
    Raises DataUnavailable when the source must be prepared first, DamagedFile when its files are not what they were.
    """
    check_source(source)
    if not is_prepared(source):
        if not (SOURCES[source].is_bundled or SOURCES[source].is_own):
            raise DataUnavailable(
                f"{SOURCES[source].title} is not prepared yet. Prepare it first.",
                f"Run: python -m digits data {source}",
            )
        prepare(source)
    try:
        files = dict(zip(NAMES, array_files(source), strict=True))
        arrays = {name: np.load(file, mmap_mode="r", allow_pickle=False) for name, file in files.items()}
        if _digests(arrays) != _expected(source):
            raise ValueError("other digits")
    except (OSError, ValueError, EOFError) as error:
        again = (
            ("Add", f"data add {source} PATH --replace") if SOURCES[source].is_own else ("Prepare", f"data {source}")
        )
        raise DamagedFile(
            f"The files of {SOURCES[source].title} were damaged on the disk. {again[0]} them again.",
            f"Run: python -m digits {again[1]}",
        ) from error
    return Dataset(source, **arrays)


def facts(source: str) -> dict[str, Any]:
    """Return what is known of a prepared source, as plain values: counts, labels by digit, origin, licence, sha256."""
    known, labels = SOURCES[source], open_dataset(source).labels
    parts = {"train": labels[: known.num_train], "test": labels[known.num_train :][: known.num_test]}
    return {
        "source": source,
        "origin": known.origin,
        "licence": known.licence,
        "num_train": len(parts["train"]),
        "num_test": len(parts["test"]),
        **({"num_unlabelled": known.num_unlabelled, "num_in_mnist": known.num_in_mnist} if known.is_own else {}),
        "label_histogram": {name: np.bincount(part, minlength=10).tolist() for name, part in parts.items()},
        "sha256": _expected(source),
    }


def _expected(source: str) -> dict[str, str]:
    images = SOURCES[source].images_sha256 or _computed_digest(source).read_text()
    return {"images": images, "labels": SOURCES[source].labels_sha256}


def _computed_digest(source: str) -> Path:
    """Return where the sha256 of pictures lies that were computed on this machine."""
    return data_folder(source) / "images.sha256"


def _digests(arrays: dict[str, np.ndarray]) -> dict[str, str]:
    return {name: sha256(array) for name, array in arrays.items()}
