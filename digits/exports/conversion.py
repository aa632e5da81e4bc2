"""Let a fresh process, digits.exports.conversion_worker, write a run's model in another format."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from digits.data.dataset import is_available, open_dataset
from digits.data.sources import SOURCES
from digits.data.splits import split, take
from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.evaluation.score_card import lines, score_card
from digits.exports.formats import Export
from digits.progress import Progress
from digits.runs.run import Run
from digits.storage.files import temporary_folder
from digits.training import processes

NUM_REPRESENTATIVE = 300  # digits that show the 8-bit converter how large activations become
USUAL_SECONDS = 15.0
MNIST_BY = " by Y. LeCun, C. Cortes and C. J. C. Burges"


def convert(run: Run, export: Export, target: Path, on_progress: Progress) -> None:
    """Write the model to `target`, a file or a folder. Raises DamagedFile, or DigitsError where that fails."""
    job = {
        "format": export.format,
        "target": str(target.absolute()),
        "keras": str(run.model.file("model.keras")),
        "litert": str(run.model.file("model.tflite")),
        "temperature": run.model.temperature or 1.0,
        "largest": export.largest,
        "page": _about(run) if export.format == "html" else None,
    }
    doing = f"Writing {export.of.title}"
    with temporary_folder() as temporary:
        if export.format == "litert-int8":
            job["representative"] = f"{temporary}/digits.npy"
            np.save(job["representative"], _representative(run))
        try:
            processes.call(
                "digits.exports.conversion_worker",
                json.dumps(job),
                on_wait=lambda seconds: on_progress(min(seconds / USUAL_SECONDS, 0.95), doing),
            )
        except processes.Crashed as error:
            why = f"This network could not be written as {export.of.title}. Choose another format."
            raise DigitsError(why, str(error)) from error


def _representative(run: Run) -> np.ndarray:
    """Return some of the digits that a run learned from, (n, 28, 28) uint8; where they are not here, the sample's."""
    settings = run.settings
    if is_available(settings.source):
        images, _ = take(open_dataset(settings.source), split(settings.split, settings.source).train)
    else:
        images = open_dataset("sample").images
    return images[:: max(1, len(images) // NUM_REPRESENTATIVE)]


def _about(run: Run) -> dict[str, Any]:
    reports = evaluate.reports(run)
    source = SOURCES[run.settings.source]
    return {
        "name": run.title,
        "lines": lines(score_card(run, reports[0])) if reports else {"Network": run.settings.title},
        "credit": f"Digits: {source.title}{'' if source.is_own else MNIST_BY}, {source.licence}.",
    }
