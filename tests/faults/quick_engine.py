"""In the place of TensorFlow, for tests that kill: an engine that trains in no time, the same from every checkpoint.

Imported, it takes the places of `digits.training.device`, `export` and `trainer`; all else of a run is as it is: its
files, its database, its calibration and its evaluation. The network is the bundled one with its weights at its end.
"""

import contextlib
import sys
import time
from types import ModuleType, SimpleNamespace

import numpy as np

from digits.errors import DigitsError
from digits.runs import starter
from digits.storage.files import write_new
from digits.training.checkpoints import Checkpoint

STEPS = 4
SECONDS = 0.01  # of a step


class Network:
    """Weights that tell which epochs they have seen."""

    layers = ()

    def __init__(self, weights: np.ndarray):
        self.weights = weights

    def get_weights(self):
        return [self.weights]


def fit(settings, dataset, device, *, num_epochs, checkpoint, on_compile, on_tick, on_epoch, on_checkpoint, on_weights,
        should_stop, **_):  # fmt: skip
    """Like `digits.training.trainer.fit`."""
    on_compile(False)
    rows = list(checkpoint.epochs) if checkpoint else []
    # Of a training with TensorFlow, some of its weights.
    weights = np.ravel(checkpoint.state[0])[:1000] if checkpoint else np.full(1000, settings.seed, np.float64)
    if not checkpoint:
        on_weights(0, Network(weights))
    for epoch in range(len(rows) + 1, num_epochs + 1):
        for step in range(1, STEPS + 1):
            if should_stop():
                return SimpleNamespace(model=Network(weights), state="stopped", reason="")
            time.sleep(SECONDS)
            on_tick({"epoch": epoch, "step": step, "steps": STEPS, "loss": 1 / epoch, "accuracy": 1 - 1 / epoch})
        weights = np.sin(weights + epoch)
        row = {"epoch": epoch, "seconds": STEPS * SECONDS, "loss": float(abs(weights[0])), "accuracy": 0.5}
        rows.append(row | {"val_loss": 1.0, "val_accuracy": 1 - 1 / (epoch + 1), "learning_rate": 0.1})
        on_epoch(rows[-1])
        on_checkpoint(Checkpoint(list(rows), [weights]))
        on_weights(epoch, Network(weights))
    return SimpleNamespace(model=Network(weights), state="done", reason="")


def export(model, folder):
    """Like `digits.training.export.export`."""
    names = {name: (starter.FOLDER / name).read_bytes() for name in starter.described()["model"]["sha256"]}
    stored = {
        name: write_new(folder, name, lambda part, whole=whole: part.write_bytes(whole + model.weights.tobytes()))
        for name, whole in names.items()
    }
    return stored, starter.described()["model"]["layers"]


def take_places():
    """Let `digits.pipeline` find this engine."""
    device = ModuleType("digits.training.device")
    device.GpuFailed = type("GpuFailed", (DigitsError,), {})
    device.choose = lambda: SimpleNamespace(name="CPU", note="")
    device.watched = lambda device: contextlib.nullcontext()
    device.cpu = contextlib.nullcontext
    device.memory = lambda device: {"used": 0, "total": 1}
    others = {"export": {"export": export}, "trainer": {"fit": fit}}
    modules = [device, *(ModuleType(f"digits.training.{name}") for name in others)]
    for module in modules:
        vars(module).update(others.get(module.__name__.rpartition(".")[2], {}))
        sys.modules[module.__name__] = module


take_places()
