"""Make an export: the model in its format, with all that somebody without Digits needs, compared with the app.

The folder holds the model, card.md, ten test digits, 200 more in check.npz, the preparation, an example, and
export.json, which names every file with its sha256.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from digits.data.dataset import open_dataset
from digits.data.sources import SOURCES
from digits.data.splits import split, take
from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.evaluation.score_card import lines, score_card
from digits.exports import card, check, examples, layouts, preparation, samples
from digits.exports.formats import FORMATS, Export, check_installed
from digits.exports.runtimes import javascript
from digits.inference.detector import Detector
from digits.runs import models
from digits.runs.run import Run
from digits.storage.files import sha256
from digits.storage.home import ROOT

NUM_REPRESENTATIVE = 300  # digits that show the 8-bit converter how large activations become
Progress = Callable[[float, str], None]


def make(
    run: Run, export: Export, folder: Path, on_progress: Progress = lambda fraction, phase: None
) -> dict[str, Any]:
    """Write an export into an empty folder, and return its outcome like `digits.exports.check.check`.

    on_progress: called with the fraction that is done and what is done next; what it raises ends the export.
    Raises DigitsError where a package is missing, or the file does not predict what the app predicts.
    """
    if run.model is None:
        raise DigitsError(f"This run has no model to export: it is {run.state}.", f"It is {run.id}.")
    check_installed(export.format)
    if export.format == "html":
        javascript()  # before the work, not after it
        Detector.bundled()  # a damaged one is said
    on_progress(0.0, "Choosing test digits")
    title = samples.write(run, folder)
    model = layouts.PLACES.get(export.layout, export.of.model)
    (folder / model).parent.mkdir(parents=True, exist_ok=True)
    on_progress(0.1, f"Writing {export.of.title}")
    _convert(run, export, folder / model, on_progress)
    on_progress(0.6, "Writing the card and the example")
    _write_texts(run, export, folder, model)
    described = {
        "run": run.id,
        "format": export.format,
        "scale": export.scale,
        "largest": export.largest,
        "model": model,
    }
    described |= {"digits": title, "files": {}}
    write_json(folder / "export.json", described)
    on_progress(0.7, "Comparing it with the app")
    found = _compare(run, export, folder)
    if not check.is_same(found, export.format):
        raise DigitsError(check.difference(found))
    described |= {"checked": found, "files": _digests(folder)}
    write_json(folder / "export.json", described)
    return {"run": run.id, "format": export.format, "path": str(folder / model), **found}


def write_json(file: Path, value: Any) -> None:
    """Write plain values as JSON for people."""
    file.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _convert(run: Run, export: Export, target: Path, on_progress: Progress) -> None:
    """Let a process with TensorFlow write the model; it is ended where `on_progress` raises."""
    with tempfile.TemporaryDirectory() as temporary:
        job = {
            "format": export.format,
            "target": str(target.absolute()),
            "keras": str(run.model.file("model.keras")),
            "litert": str(run.model.file("model.tflite")),
            "temperature": run.model.temperature or 1.0,
            "largest": export.largest,
        }
        if export.format == "litert-int8":
            settings = run.settings
            images, _ = take(open_dataset(settings.source), split(settings.split, settings.source).train)
            job["representative"] = f"{temporary}/digits.npy"
            np.save(job["representative"], images[:: max(1, len(images) // NUM_REPRESENTATIVE)])
        if export.format == "html":
            job["page"] = _about(run)
        with (Path(temporary) / "log").open("w+") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "digits.exports.convert", json.dumps(job)],
                cwd=ROOT,
                # No GPU: writing files needs none, and its memory may be with a process that trains.
                env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3",
                     "CUDA_VISIBLE_DEVICES": "-1"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                began = time.monotonic()
                while process.poll() is None:
                    time.sleep(0.1)
                    on_progress(0.1 + 0.5 * min((time.monotonic() - began) / 15, 0.95), f"Writing {export.of.title}")
            finally:
                process.kill()
                process.wait()
            if process.returncode:
                log.seek(0)
                said = log.read().strip().splitlines() or [f"exit code {process.returncode}"]
                raise DigitsError(*_why(said[-1], FORMATS[export.format].title))


def _why(last: str, title: str) -> tuple[str, str]:
    """Return the message of a process that failed with a DigitsError; of another, a sentence and what it said last."""
    name, _, message = last.partition(": ")
    if name == "digits.errors.DigitsError":
        return message, ""
    return f"This network could not be written as {title}. Choose another format.", last[:300]


def _about(run: Run) -> dict[str, Any]:
    """Return what the take-home page says about the network."""
    reports = evaluate.reports(run)
    source = SOURCES[run.settings.source]
    made = lines(score_card(run, reports[0])) if reports else {"Network": run.settings.architecture}
    return {
        "name": run.title,
        "lines": made,
        "credit": f"Digits: {source.title} by Y. LeCun, C. Cortes and C. J. C. Burges, {source.licence}.",
    }


def _write_texts(run: Run, export: Export, folder: Path, model: str) -> None:
    reports = evaluate.reports(run)
    texts = {"card.md": card.card(run, reports, export), card.example_name(export): examples.example(export, model)}
    rows = json.loads((folder / "digits.json").read_text(encoding="utf-8"))
    with np.load(folder / "check.npz") as arrays:
        images, labels = arrays["images"], arrays["labels"]
    if export.format == "html":
        pixels = [
            {"label": row["label"], "pixels": _image(images, labels, row["label"]).ravel().tolist()} for row in rows
        ]
        texts["digits.js"] = f"const DIGITS = {json.dumps(pixels)};\n"
    else:
        texts["preparation.py"] = preparation.source()
    if export.format == "hub":
        texts["README.md"] = card.hub_card(run, reports, export)
        del texts["card.md"]
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    if export.layout:
        layouts.write(export.layout, folder, _image(images, labels, 0), export.largest)


def _image(images: np.ndarray, labels: np.ndarray, digit: int) -> np.ndarray:
    return images[int(np.flatnonzero(labels == digit)[0])]


def _compare(run: Run, export: Export, folder: Path) -> dict[str, Any]:
    if export.format != "litert-int8":
        return check.compare(folder, export.format)
    images, labels, _ = samples.test_digits(run)
    probabilities = models.recognizer(run).probabilities(np.asarray(images))
    with tempfile.TemporaryDirectory() as temporary:
        extra = Path(temporary) / "test.npz"
        np.savez(extra, images=images, labels=labels, probabilities=probabilities)
        return check.compare(folder, export.format, extra)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "export.json")
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}
