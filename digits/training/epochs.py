"""The digits of each epoch, and their order. Worker side: imports Keras with the library it runs on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from digits.networks.settings import Settings
from digits.training.engine import Digits
from digits.training.rehearsal import RehearsalSampler


def shuffled(seed: int, epoch: int, num_images: int) -> np.ndarray:
    """Return the shuffled indices (n,) int32 of one epoch."""
    return np.random.default_rng([seed, epoch]).permutation(num_images).astype(np.int32)


def digits_by_epoch(
    settings: Settings,
    images: np.ndarray,
    labels: np.ndarray,
    rehearsal: RehearsalSampler | None,
    first: int,
    last: int,
) -> Iterator[tuple[int, Digits]]:
    """Yield each epoch with its digits: always the same, or new ones, made while the epoch before is trained.

    New are those of fine-tuning and augmented ones. The last fifth of the planned epochs, and any added to them, have
    half the augmentation, closer to the digits that were really written.
    """
    if not settings.augmentation and not rehearsal:
        digits = Digits(images, labels)
        for epoch in range(first, last + 1):
            yield epoch, digits
        return

    import cv2  # which a bare machine may lack

    from digits.networks.augmentation import Augmentation, augment

    cv2.setNumThreads(1)  # its threads would take the training's cores: these operations are small
    full, half = Augmentation(), Augmentation().times(0.5)
    num_full = settings.epochs - round(settings.epochs / 5)

    def make(epoch: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([settings.seed, epoch, 1])
        if rehearsal:
            return rehearsal.epoch(rng)
        return augment(images, labels, rng, full if epoch <= num_full else half), labels

    with ThreadPoolExecutor(1, thread_name_prefix="augment") as thread:
        upcoming = thread.submit(make, first)
        for epoch in range(first, last + 1):
            digits = Digits(*upcoming.result())
            if epoch < last:
                upcoming = thread.submit(make, epoch + 1)
            yield epoch, digits
