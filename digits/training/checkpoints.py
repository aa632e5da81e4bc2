"""Checkpoints: what a training needs to continue after its last whole epoch, however it ended."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digits.storage.files import StoredFile, read_arrays, write_new

PAUSE_SECONDS = 1.0  # between two writes, so that they cost next to nothing where an epoch is short


@dataclass(frozen=True)
class Checkpoint:
    """A training after a whole epoch."""

    epochs: list[dict[str, Any]]
    """A row for each finished epoch, as `trainer.fit` reports them."""
    state: list[np.ndarray]
    """`Engine.state`: weights, random state and the optimizer's variables."""

    @property
    def epoch(self) -> int:
        """The last finished epoch, from 1."""
        return len(self.epochs)


class CheckpointWriter:
    """Writes the checkpoints of one training."""

    def __init__(self, folder: Path, on_written: Callable[[int, StoredFile], None]):
        """on_written: called with the epoch and the file as soon as it is whole on the disk."""
        self.folder, self.on_written = folder, on_written
        self.waiting: Checkpoint | None = None
        self.written = float("-inf")

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write `checkpoint`, or hold it back until `flush` where the last was written a moment ago."""
        self.waiting = checkpoint
        if time.monotonic() - self.written >= PAUSE_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is held back. Raises DigitsError when it cannot be written."""
        if self.waiting is None:
            return
        self.on_written(self.waiting.epoch, write(self.folder, self.waiting))
        self.waiting, self.written = None, time.monotonic()


def write(folder: Path, checkpoint: Checkpoint) -> StoredFile:
    """Write a checkpoint beside those that are there. Raises DigitsError when it cannot be written."""
    history = np.array(json.dumps(checkpoint.epochs))
    name = f"checkpoint-{checkpoint.epoch:04}.npz"
    return write_new(folder, name, lambda part: np.savez(part, *checkpoint.state, history=history))


def read(folder: Path, stored: StoredFile) -> Checkpoint:
    """Read a checkpoint. Raises DamagedFile when it is missing or not what was written."""
    arrays = read_arrays(folder, stored)
    state = [arrays[f"arr_{index}"] for index in range(len(arrays) - 1)]
    return Checkpoint(json.loads(str(arrays["history"])), state)
