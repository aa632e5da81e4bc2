"""The folders on the disk.

The app writes everything into `DIGITS_HOME` (default: `.digits/` in the project root); see docs/files.md.
"""

import os
import shutil
from pathlib import Path

from digits.errors import StoreUnavailable

ROOT = Path(__file__).resolve().parents[2]
"""The project root: the working directory of every worker process."""
LONGEST_PATH = 480  # bytes; SQLite opens no file whose path has more than 512
LONGEST_NAME = 255  # bytes, on most file systems


def home() -> Path:
    """Return DIGITS_HOME. It is read at each call, so tests can move it.

    Raises StoreUnavailable if the name is too long for the files that will lie in it.
    """
    path = Path(os.environ.get("DIGITS_HOME") or ROOT / ".digits").absolute()
    name = os.fsencode(path)
    if len(name) > LONGEST_PATH or len(max(name.split(b"/"), key=len)) > LONGEST_NAME:
        raise StoreUnavailable(
            "Digits cannot write its files here: File name too long. Choose a folder with a shorter name.",
            "Set DIGITS_HOME to it.",
        )
    return path


def free_bytes() -> float:
    """Return how much room the disk of DIGITS_HOME has; infinite if nobody can tell."""
    try:
        return shutil.disk_usage(home()).free
    except OSError:
        return float("inf")


def data_folder(source: str) -> Path:
    """Return the folder of the prepared arrays of one source."""
    return home() / "data" / source


def run_folder(run_id: str) -> Path:
    """Return the folder of the large files of one run."""
    return home() / "runs" / run_id


def sweep_folder(sweep_id: str) -> Path:
    """Return the folder of the optimizer's study of one sweep."""
    return home() / "sweeps" / sweep_id


def logs_folder() -> Path:
    """Return the folder of what workers print."""
    return home() / "logs"
