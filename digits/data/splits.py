"""How the digits are divided into training, validation and test sets.

A split is three ranges of indices that do not overlap, so an image belongs to one set for ever.
"""

from dataclasses import dataclass

import numpy as np

from digits.data.dataset import Dataset
from digits.data.sources import SOURCES, check_source
from digits.errors import BadConfig

NUM_OFFICIAL_VALIDATION = 5_000


@dataclass(frozen=True)
class Split:
    """Three ranges of indices into the images and labels of a dataset."""

    train: range
    validation: range
    test: range


def tutorial(num_train: int, num_test: int) -> Split:
    """The tutorial's split of the training file: the first 80 % to learn from, of which the first 20 % validate.

    The last 20 % test. 60,000 digits give 38,400 / 9,600 / 12,000; the official test digits are left alone.
    """
    learn = int(0.8 * num_train)
    validation = int(0.2 * learn)
    return Split(train=range(validation, learn), validation=range(validation), test=range(learn, num_train))


def official(num_train: int, num_test: int) -> Split:
    """MNIST's own split: all 10,000 test digits, by other writers, test; the last 5,000 training digits validate."""
    learn = num_train - NUM_OFFICIAL_VALIDATION
    return Split(train=range(learn), validation=range(learn, num_train), test=range(num_train, num_train + num_test))


SPLITS = {"tutorial": tutorial, "official": official}
VALIDATION_FRACTION = 0.2  # of one's own digits for training


def own(num_train: int, num_test: int) -> Split:
    """The split of one's own digits, whose test digits were set apart when they were added: a fifth validates."""
    validation = round(VALIDATION_FRACTION * num_train)
    return Split(range(validation, num_train), range(validation), range(num_train, num_train + num_test))


def names(source: str) -> list[str]:
    """Return the names of the splits of a source; the first stands for the only one of one's own digits."""
    digits = SOURCES[source]
    return list(SPLITS) if digits.num_test and digits.num_train and not digits.is_own else ["tutorial"]


def split(name: str, source: str) -> Split:
    """The ranges of one split of one source. Raises BadConfig for a name or a combination that does not exist."""
    check_source(source)
    if name not in SPLITS:
        raise BadConfig(f"There is no split {name!r}; choose one of {', '.join(SPLITS)}.")
    digits = SOURCES[source]
    if not digits.is_labelled:
        raise BadConfig(
            f"{digits.title} has no labels. Its digits can be explored and predicted, but not trained or evaluated on."
        )
    if not digits.num_train:
        raise BadConfig(f"{digits.title} only tests networks; no network learns from it.")
    if name not in names(source):
        raise BadConfig(f"{digits.title} has no official test set; use the split tutorial, or the source mnist.")
    return (own if digits.is_own else SPLITS[name])(digits.num_train, digits.num_test)


def take(dataset: Dataset, indices: range) -> tuple[np.ndarray, np.ndarray]:
    """The images (n, 28, 28) uint8 and labels (n,) uint8 of a range, without copying."""
    return dataset.images[indices.start : indices.stop], dataset.labels[indices.start : indices.stop]
