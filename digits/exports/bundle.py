"""Make an export: the model in its format, with all that somebody without Digits needs, compared with the app.

The folder holds the model, card.md, ten test digits, 200 more in check.npz, the preparation, an example, and
export.json, which names every file with its sha256.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from digits.data.dataset import open_dataset
from digits.evaluation import evaluate
from digits.evaluation.test_sets import TestSet, available
from digits.exports import card, check, conversion, examples, layouts, preparation, samples
from digits.exports.formats import Export, check_installed
from digits.exports.web import javascript
from digits.inference.detector import Detector
from digits.progress import Progress, to_nobody
from digits.runs import models
from digits.runs.run import Run
from digits.storage.files import sha256, temporary_folder


def make(run: Run, export: Export, folder: Path, on_progress: Progress = to_nobody) -> dict[str, Any]:
    """Write an export of a model into an empty folder, and return its outcome like `digits.exports.check.check`.

    With 8 bits also test, the title of a test set, accuracy on it, accuracy_before, that of the app, and num_test.

    on_progress: called with the fraction that is done and what is done next; what it raises ends the export.
    Raises DigitsError where a package is missing, or the file does not predict what the app predicts.
    """
    check_installed(export.format)
    if export.format == "html":
        javascript.programs()  # before the work, not after it
        Detector.bundled()  # a damaged one is said
    on_progress(0.0, "Choosing test digits")
    chosen = available(run.settings)[0]
    samples.write(run, chosen, folder)
    model = layouts.PLACES.get(export.layout, export.of.model)
    (folder / model).parent.mkdir(parents=True, exist_ok=True)
    conversion.convert(run, export, folder / model, lambda share, phase: on_progress(0.1 + 0.5 * share, phase))
    on_progress(0.6, "Writing the card and the example")
    _write_texts(run, chosen, export, folder, model)
    described = {"run": run.id, "format": export.format, "scale": export.scale, "largest": export.largest}
    described |= {"model": model, "digits": chosen.title, "files": {}}
    _write_json(folder / "export.json", described)
    on_progress(0.7, "Comparing it with the app")
    found = _compare(run, chosen, export, folder, lambda seconds: on_progress(0.7, "Comparing it with the app"))
    check.demand_same(found, export.format)
    described |= {"checked": found, "files": _digests(folder)}
    _write_json(folder / "export.json", described)
    return {"run": run.id, "format": export.format, "path": str(folder / model), **found}


def _write_json(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _write_texts(run: Run, chosen: TestSet, export: Export, folder: Path, model: str) -> None:
    reports = evaluate.reports(run)
    texts = {
        "card.md": card.card(run, chosen, reports, export),
        card.example_name(export): examples.example(export, model),
    }
    with np.load(folder / "check.npz", allow_pickle=False) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    if export.format == "html":
        pixels = [{"label": label, "pixels": _image(images, labels, label).ravel().tolist()} for label in range(10)]
        texts["digits.js"] = f"const DIGITS = {json.dumps(pixels)};\n"
    else:
        texts["preparation.py"] = preparation.source()
    if export.format == "hub":
        texts["README.md"] = card.hub_card(run, chosen, reports, export)
        del texts["card.md"]
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    if export.layout:
        layouts.write(export.layout, folder, _image(images, labels, 0), export.largest)


def _image(images: np.ndarray, labels: np.ndarray, digit: int) -> np.ndarray:
    return images[int(np.flatnonzero(labels == digit)[0])]


def _compare(
    run: Run, chosen: TestSet, export: Export, folder: Path, on_wait: Callable[[float], None]
) -> dict[str, Any]:
    if export.format != "litert-int8":
        return check.compare(folder, export.format, on_wait=on_wait)
    images, labels = chosen.take(open_dataset(chosen.source))
    probabilities = models.recognizer(run).probabilities(np.asarray(images))
    with temporary_folder() as temporary:
        extra = temporary / "test.npz"
        np.savez(extra, images=images, labels=labels, probabilities=probabilities)
        return check.compare(folder, export.format, extra, on_wait=on_wait) | {"test": chosen.title}


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "export.json")
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}
