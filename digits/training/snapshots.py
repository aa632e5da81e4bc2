"""Snapshots: the weights of a network after each epoch, to predict drawings while it trains and to look back later.

Weights only: exporting LiteRT files takes a second of processor time, which is four epochs of a small network. Writing
the weights takes some milliseconds. `digits/inference/snapshot.py` computes with them.
"""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digits.errors import DigitsError
from digits.storage.files import StoredFile, write_new

if TYPE_CHECKING:
    from digits.networks.library import keras

KEPT = 32  # steps from epoch 0 to the newest; 30 MB of the network cnn-large
PAUSE_SECONDS = 1.0  # between two writes
MAX_FRACTION = 0.05  # of the time of the training that is spent on writing


class SnapshotWriter:
    """Writes the snapshots of one training."""

    def __init__(
        self,
        folder: Path,
        layers: list[dict[str, Any]],
        on_written: Callable[[int, StoredFile, list[int]], None],
        there: Iterable[int] = (),
    ):
        """layers: of the network, from `digits.networks.layers.steps`. there: the epochs that have a file already.

        on_written: called with an epoch, its file, and the epochs whose files are wanted from now on.
        """
        self.folder, self.layers, self.on_written, self.there = folder, layers, on_written, set(there)
        self.waiting: dict[int, list[np.ndarray]] = {}
        self.due = float("-inf")

    def keep(self, epoch: int, network: "keras.Sequential") -> None:
        """Keep the weights after `epoch`, 0 before the first; they wait where the last were written a moment ago."""
        self.waiting[epoch] = network.get_weights()
        self.waiting = {number: self.waiting[number] for number in thinned(self.waiting)}
        if time.monotonic() >= self.due:
            self.flush()

    def flush(self) -> None:
        """Write what waits. A full disk costs the snapshot, not the training; what `on_written` raises is passed on."""
        began = time.monotonic()
        waiting, self.waiting = self.waiting, {}
        wanted = thinned(self.there | set(waiting))
        for epoch in sorted(set(wanted) & set(waiting)):
            try:
                stored = self._write(epoch, waiting[epoch])
            except DigitsError:
                continue
            self.on_written(epoch, stored, wanted)
            self.there = (self.there | {epoch}) & set(wanted)
        ended = time.monotonic()
        self.due = ended + max(PAUSE_SECONDS, (ended - began) / MAX_FRACTION)

    def _write(self, epoch: int, weights: list[np.ndarray]) -> StoredFile:
        layers = np.array(json.dumps(self.layers))
        return write_new(self.folder, f"snapshot-{epoch:04}.npz", lambda part: np.savez(part, *weights, layers=layers))


def thinned(epochs: Iterable[int]) -> list[int]:
    """Return at most KEPT + 2 of any number of epochs: 0, the newest, and the multiples of a power of two between."""
    epochs = set(epochs)
    newest = max(epochs, default=0)
    stride = 1
    while newest > KEPT * stride:
        stride *= 2
    return sorted(epoch for epoch in epochs if epoch % stride == 0 or epoch == newest)
