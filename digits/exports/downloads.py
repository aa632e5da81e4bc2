"""Exports as downloads: made by a task, kept as a zip with the outcome of its check, bound to the model."""

import zipfile
from pathlib import Path
from typing import Any

from digits.errors import DamagedFile
from digits.evaluation import store
from digits.evaluation.store import Subject
from digits.exports import bundle
from digits.exports.formats import Export
from digits.progress import Progress, to_nobody
from digits.runs.run import Run
from digits.storage import files

KIND = "export"


def compute(run: Run, part: str, on_progress: Progress = to_nobody) -> dict[str, Any]:
    """Make the zip of an export and keep it; returns the outcome of its check.

    part: see `digits.exports.formats.Export.part`. Raises BadConfig and DigitsError.
    """
    export, subject = Export.parse(part), Subject.of(run)
    with files.temporary_folder() as temporary:
        folder = temporary / name(run, export)
        folder.mkdir()
        found = bundle.make(run, export, folder, on_progress)
        del found["path"]  # a folder that is gone
        on_progress(0.95, "Packing the zip")
        store.put(subject, KIND, part, found, lambda file: _pack(folder, file), suffix=".zip")
    return found


def stored(run: Run, export: Export) -> dict[str, Any] | None:
    """Return the outcome of the check of an export that is kept; None if it is still to be made."""
    result = store.get(Subject.of(run), KIND, export.part)
    return result.value if result and result.file else None


def read(run: Run, export: Export) -> bytes:
    """Return the zip of an export that is kept. Raises DamagedFile."""
    result = store.get(Subject.of(run), KIND, export.part)
    if result is None or result.file is None:
        raise DamagedFile("This export is not there any more. Make it again.")
    return files.checked(result.folder, result.file).read_bytes()


def name(run: Run, export: Export) -> str:
    """Return what the zip, and the folder in it, is called."""
    return f"{run.id}-{export.part.replace(' ', '-')}"


def _pack(folder: Path, file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
