"""Fine-tune a trained network with drawings: what it begins with and learns from, and its settings.

What it learns in an epoch is in `digits.training.rehearsal`.
"""

import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from digits.data.dataset import is_prepared
from digits.errors import BadConfig, DamagedFile, DigitsError
from digits.networks.settings import Settings, make_settings
from digits.storage.files import StoredFile, checked, read_arrays, write_new

EPOCHS = {"cnn-large": 3}  # ten seconds on two cores; the others take two or three for
MORE_EPOCHS = 8
MIN_DRAWINGS = 5
PARENT_FILES = ("model.keras", "model.tflite")


@dataclass(frozen=True)
class FineTuneData:
    """Drawings to learn from, and the network to begin with: copies, because the originals may change or go."""

    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink: each drawing as the network sees it."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9, given by the user."""
    folder: Path
    """Holds the files."""
    files: dict[str, StoredFile]
    """The parent's model.keras and model.tflite."""
    heals: bool = False
    """Whether a damaged network is healed: without drawings, on its own training digits alone."""

    def __post_init__(self):
        if not self.heals:
            _check(self.images, self.labels)

    @property
    def held_out(self) -> np.ndarray:
        """(n,) bool: the drawings that are not learned from, to measure what the others improved."""
        return _held_out(self.images)

    @staticmethod
    def copy(
        images: np.ndarray,
        labels: np.ndarray,
        parent_keras: Path,
        parent_tflite: Path,
        folder: Path,
        *,
        heals: bool = False,
    ) -> dict[int, StoredFile]:
        """Write drawings and the parent's two files into `folder`. Returns what `load` needs to find them.

        images, labels, heals: as in the fields. Raises DigitsError for too few drawings, or when a file cannot be
        written.
        """
        if not heals:
            _check(images, labels)
        files = [
            write_new(folder, "fine-tune.npz", lambda part: np.savez_compressed(part, images=images, labels=labels))
        ]
        for name, file in zip(PARENT_FILES, (parent_keras, parent_tflite), strict=True):
            files.append(write_new(folder, f"parent-{name}", lambda part, file=file: shutil.copyfile(file, part)))
        return dict(enumerate(files))

    @classmethod
    def load(cls, folder: Path, stored: dict[int, StoredFile], *, heals: bool = False) -> "FineTuneData":
        """Read what `copy` wrote. heals: as in the field. Raises DamagedFile when anything is missing or changed."""
        try:
            arrays = read_arrays(folder, stored[0])
            files = {name: stored[number] for number, name in enumerate(PARENT_FILES, start=1)}
            for file in files.values():
                checked(folder, file)
        except (DamagedFile, KeyError) as error:
            raise DamagedFile(
                "The drawings of this run, or the network it began with, are missing or damaged. Fine-tune again."
            ) from error
        return cls(arrays["images"], arrays["labels"], folder, files, heals)

    def weights(self) -> list[np.ndarray]:
        """Return the weights of the parent's network. Worker side: loads Keras. Raises DamagedFile."""
        from digits.networks.library import keras

        file = checked(self.folder, self.files["model.keras"])
        return keras.models.load_model(file, compile=False).get_weights()


def is_held_out(image: np.ndarray) -> bool:
    """Return whether a drawing, (28, 28) uint8, is held out: one in four, for ever the same ones, on every machine."""
    return hashlib.sha256(image.tobytes()).digest()[-1] % 4 == 0


def fine_tune_settings(settings: Settings, run_id: str) -> Settings:
    """Return the settings for fine-tuning: the parent's network and data, few epochs, a tenth of the recipe's rate.

    settings, run_id: of the parent. Where its digits are not on this machine (the starter model on a fresh one), it
    rehearses with the sample's. Raises BadConfig for an ensemble.
    """
    if settings.members:
        raise BadConfig("An ensemble cannot be trained further. Choose one of its members.")
    source = settings.source if is_prepared(settings.source) else "sample"
    usual = make_settings(architecture=settings.architecture, optimizer=settings.optimizer, source="mnist")
    return replace(
        settings,
        source=source,
        split=settings.split if source == settings.source else "tutorial",
        epochs=EPOCHS.get(settings.architecture, MORE_EPOCHS),
        batch_size=128,
        learning_rate=usual.learning_rate / 10,
        schedule="one-cycle",
        racers=1,
        parent=run_id,
        parent_source=settings.parent_source or (settings.source if source != settings.source else ""),
    )


def _check(images: np.ndarray, labels: np.ndarray) -> None:
    if len(labels) < MIN_DRAWINGS or _held_out(images).all():
        raise DigitsError(
            f"There are too few drawings to learn from: {len(labels)}. Draw and label more, at least {MIN_DRAWINGS}."
        )


def _held_out(images: np.ndarray) -> np.ndarray:
    return np.array([is_held_out(image) for image in images], bool)
