"""Snapshots: the weights of a network after each epoch, to read a drawing while it trains and to look back at later.

Weights only: exporting LiteRT files takes a second of processor, which is four epochs of a small network; writing the
weights takes some milliseconds. `digits/inference/snapshot.py` computes with them.
"""

import contextlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digits.errors import DigitsError
from digits.storage.files import publish

if TYPE_CHECKING:
    import keras

KEPT = 32  # steps on the way from epoch 0 to the newest; of cnn-large 30 MB
PAUSE_SECONDS = 1.0  # between two writes
SHARE = 0.05  # of the time of the training, at most, that is spent on writing
SETTINGS = {
    "Rescaling": ("scale", "offset"),
    "Conv2D": ("strides", "padding", "activation"),
    "BatchNormalization": ("epsilon",),
    "Dense": ("activation",),
}
"""What the answer of a layer depends on beside its weights, by Keras' names."""


class Keeper:
    """Writes the snapshots of one run."""

    def __init__(self, run_folder: Path):
        self.run_folder = run_folder
        self.layers: list[dict[str, Any]] = []
        self.waiting: dict[int, list[np.ndarray]] = {}
        self.due = float("-inf")

    def keep(self, epoch: int, network: "keras.Sequential") -> None:
        """Keep the weights after `epoch`, 0 before the first; they wait where the last were written a moment ago."""
        self.layers = self.layers or described(network)
        self.waiting[epoch] = network.get_weights()
        self.waiting = {number: self.waiting[number] for number in thinned(self.waiting)}
        if time.monotonic() >= self.due:
            self.flush()

    def flush(self) -> None:
        """Write what waits, and thin out what is there. A disk that is full costs the snapshot, not the training."""
        began = time.monotonic()
        there = files(self.run_folder)
        wanted = thinned([*there, *self.waiting])
        with contextlib.suppress(DigitsError):
            for epoch in sorted(set(wanted) & set(self.waiting)):
                self._write(epoch)
        for epoch in set(there) - set(wanted):
            there[epoch].unlink(missing_ok=True)
        self.waiting = {}
        ended = time.monotonic()
        self.due = ended + max(PAUSE_SECONDS, (ended - began) / SHARE)

    def _write(self, epoch: int) -> None:
        weights, layers = self.waiting[epoch], np.array(json.dumps(self.layers))
        publish(file(self.run_folder, epoch), lambda part: np.savez(part, *weights, layers=layers))


def described(network: "keras.Sequential") -> list[dict[str, Any]]:
    """{layer, weights, settings ...} of each layer: its kind, how many arrays it has, and how it computes."""
    layers = []
    for layer in network.layers:
        kind, config = type(layer).__name__, layer.get_config()
        settings = {name: config[name] for name in SETTINGS.get(kind, ())}
        layers.append({"layer": kind, "weights": len(layer.weights), **settings})
    return layers


def thinned(epochs) -> list[int]:
    """Of any number of epochs at most KEPT + 2, evenly: 0, the newest, and the multiples of a power of two between."""
    newest = max(epochs, default=0)
    stride = 1
    while newest > KEPT * stride:
        stride *= 2
    return sorted(epoch for epoch in set(epochs) if epoch % stride == 0 or epoch == newest)


def file(run_folder: Path, epoch: int) -> Path:
    """Where the snapshot of an epoch lies, if it is kept."""
    return run_folder / "snapshots" / f"epoch-{epoch:04}.npz"


def files(run_folder: Path) -> dict[int, Path]:
    """The snapshots of a run by their epoch, the first one first."""
    found = (run_folder / "snapshots").glob("epoch-[0-9][0-9][0-9][0-9].npz")
    return {int(path.stem.removeprefix("epoch-")): path for path in sorted(found)}


def forget_after(run_folder: Path, epoch: int) -> None:
    """Remove those of later epochs: a run that goes back to a checkpoint does them again."""
    for later, path in files(run_folder).items():
        if later > epoch:
            path.unlink(missing_ok=True)
