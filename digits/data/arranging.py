"""Divide somebody's own digits into those for training and those for testing, and mix them."""

import numpy as np

from digits.data.dataset import NO_LABEL, is_available, open_dataset
from digits.data.own_sources import Digits
from digits.data.reading import Found

FEW = 10  # digits; with fewer of one kind, none could be set apart to validate and to test
TEST_FRACTION = 0.2  # of each digit
SEED = 0


def arrange(found: Found, *, test_only: bool = False, num_in_mnist: int = 0) -> Digits:
    """Divide digits into those for training and those for testing, and mix them; the same digits give the same result.

    A test set of their own is kept as such, if it has every digit; otherwise a fifth of each digit tests. test_only:
    whether all of them do, as they also do where fewer than FEW of one digit could train.
    """
    images, labels, n = found.images, np.asarray(found.labels), len(found.labels)
    if not is_labelled(found):
        return Digits(images, labels, 0, 0, num_unlabelled=n, num_in_mnist=num_in_mnist)
    rng = np.random.default_rng(SEED)
    train, test = np.flatnonzero(~found.is_test), np.flatnonzero(found.is_test)
    if test_only or not can_train(found):
        train, test = np.array([], int), np.arange(n)
    elif len(np.unique(labels[test])) < 10:
        train, test = _set_apart(labels, rng)
    order = np.concatenate([part[_mixed(labels[part], rng)] for part in (train, test)])
    return Digits(images[order], labels[order], len(train), len(test), num_in_mnist=num_in_mnist)


def is_labelled(found: Found) -> bool:
    """Return whether the digits have labels."""
    return bool((found.labels != NO_LABEL).all())


def can_train(found: Found) -> bool:
    """Return whether there are enough labelled digits of every kind to learn from."""
    labels = np.asarray(found.labels)[~found.is_test]
    return is_labelled(found) and bool(np.bincount(labels, minlength=10).min() >= FEW)


def count_in_mnist(images: np.ndarray) -> int:
    """Return how many digits are also in MNIST, byte by byte; in its sample, where the whole is not on this machine."""
    known = {image.tobytes() for image in open_dataset("mnist" if is_available("mnist") else "sample").images}
    return sum(image.tobytes() in known for image in images)


def _set_apart(labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return which digits train and which test, as indices in the order of `_mixed`; a fifth of each digit tests.

    labels: (n,) integers 0 to 9.
    """
    places = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    test = np.concatenate([of_digit[: round(TEST_FRACTION * len(of_digit))] for of_digit in places])
    train = np.setdiff1d(np.arange(len(labels)), test)
    return train[_mixed(labels[train], rng)], test[_mixed(labels[test], rng)]


def _mixed(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the indices of some digits in a random order in which every stretch has its share of each digit.

    So the ranges of a split are stratified. labels: (n,) integers 0 to 9.
    """
    place = np.empty(len(labels))
    for digit in range(10):
        of_digit = np.flatnonzero(labels == digit)
        # Evenly spread over 0 to 1, each moved a little within its part.
        place[rng.permutation(of_digit)] = (np.arange(len(of_digit)) + rng.random(len(of_digit))) / max(
            1, len(of_digit)
        )
    return np.argsort(place, kind="stable")
