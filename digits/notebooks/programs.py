"""The program of each page, with the settings that the page has."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from digits.data.dataset import open_dataset
from digits.data.sample import ORDER_SEED
from digits.data.sources import SOURCES
from digits.data.splits import Split, split
from digits.evaluation.test_sets import TestSet
from digits.inference.prediction import Prediction
from digits.inference.preprocessing import BOX, LENGTH
from digits.networks.settings import Settings
from digits.notebooks import network
from digits.notebooks.notebook import Notebook, fill
from digits.runs import sharing
from digits.runs.run import Run

LOADED = ("sample", "mnist")
"""The sources that a few lines can load; the digits of others come with the notebook."""
PARTS = 'round(115.5 - mass[axis] / mass["m00"])'
WHOLE_PIXELS = '8 * round((115.5 - mass[axis] / mass["m00"]) / 8)'
"""How far a digit is moved, in eighths of a pixel; MNIST moves its digits by whole ones."""
ALONE = "# Of the picture alone: on the page the path of the strokes counts, too. Its switch is under Picture and path."
MAX_DIGITS = 20_000  # with a notebook, about 5 MB


def explore(source: str, parts: Split, index: int, batch: int, batch_size: int) -> Notebook | None:
    """Return how to look at a digit, the split and a batch; None for digits that are too many, or have no labels."""
    span = {"first": batch * batch_size, "last": (batch + 1) * batch_size, "batch_size": batch_size}
    return _with_digits(
        source, "explore", title="Look at the digits", command=f"python -m digits data {source}",
        values={"index": index, **_slices(parts), **span},
    )  # fmt: skip


def train(settings: Settings) -> Notebook | None:
    """Return how to train a network with these settings; None for a fine-tuning, an ensemble, or too many digits."""
    if settings.parent or settings.members:
        return None
    parts = split(settings.split, settings.source)
    parts = replace(parts, train=settings.learned(parts.train))
    values = _slices(parts) | network.lines(settings, len(parts.train))
    return _with_digits(
        settings.source, "train", title="Train a network", command=sharing.train_command(settings), values=values
    )


def evaluate(run: Run, chosen: TestSet) -> Notebook | None:
    """Return how to evaluate the model of a run on a test set; None for one that is too large."""
    return _with_digits(
        chosen.source, "evaluate", title="Evaluate a network",
        command=f"python -m digits evaluate {run.id} --test {chosen.name}",
        values={"test": _slice(chosen.indices), "temperature": _temperature(run)},
        more=lambda: {"model.keras": run.model.file("model.keras").read_bytes()},
    )  # fmt: skip


def draw(run: Run, ink: np.ndarray, digit: Prediction) -> Notebook:
    """Return how to predict one drawing, (H, W) uint8 ink, with the model of a run, as the app did it in `digit`."""
    steps = digit.steps
    if digit.image is not steps.image:
        image = fill("as_drawn")
    elif steps.width_before == steps.width_after:  # a photo, or one of MNIST's own digits, keeps its strokes
        side = BOX if max(steps.crop.shape) <= BOX else LENGTH
        way = "INTER_NEAREST" if side == BOX else "INTER_AREA"
        image = (
            fill("scaled", side=side, way=way)
            + "\n\n"
            + fill("centred", rounded=WHOLE_PIXELS if side == BOX else PARTS)
        )
    else:
        image = fill("redrawn") + "\n\n" + fill("centred", rounded=PARTS)

    def files() -> dict[str, bytes]:
        model = run.model.file("model.tflite").read_bytes()
        return {"model.tflite": model, "drawing.png": cv2.imencode(".png", ink)[1].tobytes()}

    code = fill("draw", image=image, temperature=_temperature(run))
    if digit.witnesses and digit.witnesses.are_joined:
        code = f"{ALONE}\n{code}"
    return Notebook(
        name="draw", title="Predict a drawing", code=code,
        command=f"python -m digits predict --run {run.id} drawing.png", files=files,
    )  # fmt: skip


def _temperature(run: Run) -> float:
    return round(run.model.temperature or 1.0, 4)


def _with_digits(
    source: str,
    name: str,
    *,
    title: str,
    command: str,
    values: dict[str, Any],
    more: Callable[[], dict[str, bytes]] = dict,
) -> Notebook | None:
    """Return a notebook that begins with the digits of a source. more: the other files that it reads."""

    def files() -> dict[str, bytes]:
        return more() | ({} if source in LOADED else {"digits.npz": _packed(source)})

    if source not in LOADED and (SOURCES[source].num_digits > MAX_DIGITS or not SOURCES[source].is_labelled):
        return None
    data = fill(source, seed=ORDER_SEED) if source in LOADED else fill("npz")
    return Notebook(name=name, title=title, code=fill(name, data=data, **values), command=command, files=files)


def _packed(source: str) -> bytes:
    dataset, file = open_dataset(source), io.BytesIO()
    np.savez_compressed(file, images=dataset.images, labels=dataset.labels)
    return file.getvalue()


def _slices(parts: Split) -> dict[str, str]:
    return {name: _slice(indices) for name, indices in vars(parts).items()}


def _slice(indices: range) -> str:
    return f"slice({indices.start}, {indices.stop})"
