"""Checkpoints: what a run needs to go on after its last whole epoch, whatever ended it.

`checkpoint/manifest.json` names the newest two files by their sha256, oldest first, and is written after them; a file
that it does not name is no checkpoint.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DamagedFile
from digits.storage.files import publish, sha256
from digits.storage.records import read_arrays, read_json, write_json

KEPT = 2
PAUSE_SECONDS = 1.0  # between two writes, so that they cost next to nothing where an epoch is short


@dataclass(frozen=True)
class Checkpoint:
    """A training after a whole epoch."""

    epochs: list[dict[str, Any]]
    """A row per finished epoch, as in metrics.jsonl."""
    state: list[np.ndarray]
    """`Engine.state`: weights, random state and the optimizer's variables."""

    @property
    def epoch(self) -> int:
        """The last finished epoch, from 1."""
        return len(self.epochs)


class Keeper:
    """Writes the checkpoints of one run."""

    def __init__(self, run_folder: Path):
        self.folder = run_folder / "checkpoint"
        self.waiting: Checkpoint | None = None
        self.written = float("-inf")

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write `checkpoint`, or hold it back until `flush` where the last was written a moment ago."""
        self.waiting = checkpoint
        if time.monotonic() - self.written >= PAUSE_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is held back. Raises DigitsError when it cannot be written; the older ones are kept."""
        if self.waiting is None:
            return
        file = self.folder / f"epoch-{self.waiting.epoch:04}.npz"
        history = np.array(json.dumps(self.waiting.epochs))
        digest = publish(file, lambda part: np.savez(part, *self.waiting.state, history=history))
        older = [entry for entry in _manifest(self.folder) if entry["file"] != file.name]
        kept = [*older, {"file": file.name, "sha256": digest}][-KEPT:]
        write_json(self.folder / "manifest.json", {"checkpoints": kept})
        for other in self.folder.glob("epoch-*.npz"):
            if other.name not in [entry["file"] for entry in kept]:
                other.unlink(missing_ok=True)
        self.waiting, self.written = None, time.monotonic()


def newest(run_folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """The newest whole checkpoint, None if there is none, and the names of newer ones that are damaged.

    Damaged ones are struck from the manifest, so that they do not push a whole one out.
    """
    folder = run_folder / "checkpoint"
    entries, damaged = _manifest(folder), []
    while entries:
        name = entries[-1]["file"]
        try:
            found = _read(folder / name, entries[-1]["sha256"])
        except DamagedFile:
            damaged.append(name)
            entries.pop()
            continue
        break
    else:
        found = None
    if damaged:
        write_json(folder / "manifest.json", {"checkpoints": entries})
    return found, damaged


def _read(file: Path, expected: str) -> Checkpoint:
    if sha256(file) != expected:
        raise DamagedFile(f"{file.name} is not the file its manifest describes.")
    arrays = read_arrays(file)
    state = [arrays[f"arr_{index}"] for index in range(len(arrays) - 1)]
    return Checkpoint(json.loads(str(arrays["history"])), state)


def _manifest(folder: Path) -> list[dict[str, str]]:
    """{file, sha256} of each checkpoint, the newest last; of a damaged manifest nothing can be trusted."""
    try:
        entries = read_json(folder / "manifest.json")["checkpoints"]
        return [{"file": Path(entry["file"]).name, "sha256": entry["sha256"]} for entry in entries]
    except (DamagedFile, KeyError, TypeError):
        return []
