"""What a network learns from in an epoch of its fine-tuning.

A mix in which each digit is as frequent as any other. Of a digit that was drawn, a quarter are the drawings, each
varied so often that a few become many; all the rest are digits of the training part. Learning the old along with
the new is called rehearsal (A. Robins, Catastrophic forgetting, rehearsal and pseudorehearsal, 1995); the even mix
keeps the network from predicting the drawn digit everywhere. docs/experiments.md has the measurements.
"""

import numpy as np

from digits.training.fine_tuning import FineTuneData

NUM_DIGITS = 5_000  # an epoch, or as many as keep the classes even
DRAWN_FRACTION = 0.25  # of a digit that was drawn; half improves no more, and costs 0.1 points elsewhere


class RehearsalSampler:
    """Draws the digits of each epoch: variations of the drawings that are not held out, and digits to rehearse."""

    def __init__(self, data: FineTuneData, images: np.ndarray, labels: np.ndarray, *, vary: bool):
        """images, labels: the training part. vary: whether rehearsed digits are varied, too."""
        self.data, self.images, self.labels, self.vary = data, images, np.asarray(labels), vary
        self.pools = [np.flatnonzero(self.labels == digit) for digit in range(10)]
        learned = ~data.held_out
        self.drawn = [np.flatnonzero(learned & (data.labels == digit)) for digit in range(10)]
        self.per_class = min(NUM_DIGITS // 10, *(len(pool) for pool in self.pools))

    def __len__(self) -> int:
        return 10 * self.per_class

    def epoch(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return (n, 28, 28) uint8 and (n,) uint8, class by class. The same generator state gives the same digits."""
        from digits.networks.augmentation import Augmentation, augment  # needs OpenCV, which a bare machine may lack

        new, old = [], []
        for drawn, pool in zip(self.drawn, self.pools, strict=True):
            count = round(DRAWN_FRACTION * self.per_class) if len(drawn) else 0
            new.append(np.resize(rng.permutation(drawn), count))  # each as often as any other
            old.append(rng.choice(pool, self.per_class - count, replace=False))
        new, old = np.concatenate(new), np.sort(np.concatenate(old))
        mild = Augmentation().times(0.5)
        drawings = augment(self.data.images[new], self.data.labels[new], rng, mild)
        known = augment(self.images[old], self.labels[old], rng, mild) if self.vary else self.images[old]
        return np.concatenate([drawings, known]), np.concatenate([self.data.labels[new], self.labels[old]])
