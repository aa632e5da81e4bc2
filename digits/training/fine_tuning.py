"""Teach a trained network some drawings, without its forgetting what it knew.

It goes on learning from a mix in which each digit is as frequent as any other: of a digit that was drawn, a quarter are
the drawings, each varied so often that a few become many; all the rest are digits of its own training part. Going over
the old along with the new is called rehearsal (A. Robins, Catastrophic forgetting, rehearsal and pseudorehearsal,
1995); the even mix keeps it from seeing the drawn digit everywhere. docs/experiments.md has the measurements.
"""

import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from digits.data.dataset import is_prepared
from digits.errors import DamagedFile, DigitsError
from digits.networks.architectures import RECIPES
from digits.networks.settings import TrainConfig
from digits.runs.run import Run
from digits.storage.files import publish
from digits.storage.records import read_arrays

LESSON = 5_000  # digits an epoch, or as many as keep the classes even
DRAWN = 0.25  # of the digits of a class that was drawn; half teaches no more, and costs 0.1 points elsewhere
EPOCHS = {"cnn-large": 3}  # ten seconds on two cores; the others take two or three for
MORE_EPOCHS = 8
LEAST = 5  # drawings
PARENT_FILES = ("model.keras", "model.tflite", "manifest.json")


@dataclass(frozen=True)
class Taught:
    """What a run is taught, and by which network it begins; copied into its folder, for both may change or go."""

    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink: each drawing as the network sees it."""
    labels: np.ndarray
    """(n,) uint8, what the user says they are."""
    parent: Run
    """Has model.keras, model.tflite and the manifest of both; a run's own copy has nothing else."""

    def __post_init__(self):
        if len(self.labels) < LEAST or self.held_out.all():
            raise DigitsError(
                f"There are {len(self.labels)} drawings, expected at least {LEAST}. Draw more and say what they are."
            )

    @property
    def held_out(self) -> np.ndarray:
        """(n,) bool: the drawings that are not learned from, to see whether the others taught anything."""
        return np.array([is_held_out(image) for image in self.images], bool)

    def save(self, folder: Path) -> None:
        """Write taught.npz and parent/ into a run's folder. Raises DamagedFile, DigitsError."""
        models = [self.parent.model_file(name) for name in PARENT_FILES[:2]]
        publish(folder / "taught.npz", lambda part: np.savez_compressed(part, images=self.images, labels=self.labels))
        for file in [*models, self.parent.path / "manifest.json"]:
            publish(folder / "parent" / file.name, lambda part, file=file: shutil.copyfile(file, part))

    @classmethod
    def load(cls, folder: Path) -> "Taught":
        """What `save` wrote. Raises DamagedFile."""
        try:
            arrays = read_arrays(folder / "taught.npz")
            images, labels = arrays["images"], arrays["labels"]
            if images.shape != (len(labels), 28, 28) or images.dtype != np.uint8 or labels.max() > 9:
                raise ValueError
        except (DamagedFile, KeyError, TypeError, ValueError) as error:
            raise DamagedFile(f"taught.npz of the run {folder.name} is missing or damaged. Teach it again.") from error
        return cls(images, labels, Run(folder / "parent"))

    def weights(self) -> list[np.ndarray]:
        """The weights of the parent's network. Worker side: loads Keras. Raises DamagedFile."""
        import keras

        return keras.models.load_model(self.parent.model_file("model.keras"), compile=False).get_weights()


def is_held_out(image: np.ndarray) -> bool:
    """Whether a drawing, (28, 28) uint8, is held back: one in four, the same ones for ever and on every machine."""
    return hashlib.sha256(image.tobytes()).digest()[-1] % 4 == 0


def taught_config(parent: Run) -> TrainConfig:
    """How a run that goes on from `parent` learns: its network and data, few epochs, a tenth of the recipe's rate.

    Where the parent's digits are not on this machine (the starter on a fresh one), it rehearses on the sample's.
    """
    config = parent.config
    source = config.source if is_prepared(config.source) else "sample"
    known = config.parent_source or (config.source if source != config.source else "")
    return replace(
        config,
        source=source,
        split=config.split if source == config.source else "tutorial",
        epochs=EPOCHS.get(config.architecture, MORE_EPOCHS),
        batch_size=128,
        learning_rate=RECIPES[config.architecture].learning_rate / 10,
        schedule="one-cycle",
        racers=1,
        parent=parent.id,
        parent_source=known,
    )


class Lessons:
    """The digits of each epoch: variations of the drawings that are not held out, and digits to rehearse."""

    def __init__(self, taught: Taught, images: np.ndarray, labels: np.ndarray, *, vary: bool):
        """images, labels: the run's training part. vary: also what is rehearsed, where the network learned it so."""
        self.taught, self.images, self.labels, self.vary = taught, images, np.asarray(labels), vary
        self.pools = [np.flatnonzero(self.labels == digit) for digit in range(10)]
        learned = ~taught.held_out
        self.drawn = [np.flatnonzero(learned & (taught.labels == digit)) for digit in range(10)]
        self.per_class = min(LESSON // 10, *(len(pool) for pool in self.pools))

    def __len__(self) -> int:
        return 10 * self.per_class

    def epoch(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """(n, 28, 28) uint8 and (n,) uint8, class by class. The same generator state gives the same digits."""
        from digits.networks.augmentation import Augmentation, augment  # needs OpenCV, which a bare machine may lack

        new, old = [], []
        for drawn, pool in zip(self.drawn, self.pools, strict=True):
            count = round(DRAWN * self.per_class) if len(drawn) else 0
            new.append(np.resize(rng.permutation(drawn), count))  # each as often as any other
            old.append(rng.choice(pool, self.per_class - count, replace=False))
        new, old = np.concatenate(new), np.sort(np.concatenate(old))
        mild = Augmentation().times(0.5)
        drawings = augment(self.taught.images[new], self.taught.labels[new], rng, mild)
        known = augment(self.images[old], self.labels[old], rng, mild) if self.vary else self.images[old]
        return np.concatenate([drawings, known]), np.concatenate([self.taught.labels[new], self.labels[old]])
