"""Load an export by its own runtime and compare it with the app: python -m digits.exports.check FOLDER.

A process of its own, so that nothing that made the file helps to read it.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DigitsError
from digits.exports.formats import FORMATS, check_installed
from digits.exports.runtimes import RUNTIMES
from digits.storage.files import sha256
from digits.training import processes

LARGEST_DIFFERENCE = 1e-4
"""Between two probabilities for the same digit; only 8 bits may differ more."""
NO_EXPORT = "This folder holds no export of Digits. Name the folder that an export was written to."


def check(folder: Path) -> dict[str, Any]:
    """Compare an export with what the app predicts, and return the outcome. Starts another process.

    Returns {run, format, path, max_difference, same_predictions, n, checked_with}. Raises DigitsError where it
    is no export, is damaged, cannot be read here, or differs.
    """
    described = read(folder)
    for name, digest in described["files"].items():
        if sha256(folder / name) != digest:
            raise DigitsError(f"The file {name} of this export was changed or damaged. Export the model again.")
    found = compare(folder, described["format"])
    demand_same(found, described["format"])
    path = str(folder / described["model"])
    return {"run": described["run"], "format": described["format"], "path": path, **found}


def read(folder: Path) -> dict[str, Any]:
    """Return the export.json of an export. Raises DigitsError."""
    try:
        described = json.loads((folder / "export.json").read_text(encoding="utf-8"))
        texts = [described["run"], described["model"], *described["files"], *described["files"].values()]
        if described["format"] in FORMATS and {*map(type, texts)} == {str} and float(described["largest"]):
            return described
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise DigitsError(NO_EXPORT, f"It is {folder}.")


def compare(
    folder: Path,
    format: str,
    extra: Path | None = None,
    *,
    on_wait: Callable[[float], None] = lambda seconds: None,
) -> dict[str, Any]:
    """Return {max_difference, same_predictions, n, checked_with} of an export. Raises DigitsError.

    extra: an .npz of test digits {images, labels, probabilities}; then also their accuracy in the export, accuracy,
    that of the app, accuracy_before, and num_test. on_wait: see `digits.training.processes.call`.
    """
    check_installed(format)
    arguments = [folder.absolute(), *([extra.absolute()] if extra else [])]
    try:
        return processes.call("digits.exports.check", *arguments, on_wait=on_wait)
    except processes.Crashed as error:
        title = FORMATS[format].title
        raise DigitsError(f"{title} could not be loaded again, so it is not offered.", str(error)) from error


def demand_same(found: dict[str, Any], format: str) -> None:
    """Raise DigitsError for an export that predicts something else than the app; with 8 bits it may."""
    if format == "litert-int8" or (found["same_predictions"] and found["max_difference"] <= LARGEST_DIFFERENCE):
        return
    predictions = "the same" if found["same_predictions"] else "other"
    raise DigitsError(
        f"This export gives {predictions} predictions on {found['n']} digits, and probabilities that differ by up to "
        f"{found['max_difference']:.2g}; at most {LARGEST_DIFFERENCE:g} is accepted, so it is not offered."
    )


def _compare(folder: Path, extra: Path | None = None) -> dict[str, Any]:
    described = read(folder)
    with np.load(folder / "check.npz", allow_pickle=False) as arrays:
        images, expected = arrays["images"], arrays["probabilities"]
    model, most, same, names = folder / described["model"], 0.0, True, []
    for name, predict in RUNTIMES[described["format"]]:
        file = model.with_name(name) if described["format"] == "hub" else model
        found, called = predict(file, _pixels(images, described["largest"]))
        most = max(most, float(np.abs(np.nan_to_num(found, nan=np.inf) - expected).max()))
        same = same and bool((found.argmax(axis=1) == expected.argmax(axis=1)).all())
        names.append(called)
    outcome = {"max_difference": most, "same_predictions": same, "n": len(images), "checked_with": ", ".join(names)}
    if extra is None:
        return outcome
    with np.load(extra, allow_pickle=False) as arrays:
        labels = arrays["labels"]
        found, _ = predict(file, _pixels(arrays["images"], described["largest"]))
        return outcome | {
            "accuracy": float((found.argmax(axis=1) == labels).mean()),
            "accuracy_before": float((arrays["probabilities"].argmax(axis=1) == labels).mean()),
            "num_test": len(labels),
        }


def _pixels(images: np.ndarray, largest: float) -> np.ndarray:
    return images[..., np.newaxis].astype(np.float32) * np.float32(largest / 255)


if __name__ == "__main__":
    processes.answer(lambda: _compare(*map(Path, sys.argv[1:])))
