"""Where things live on disk.

`DIGITS_HOME` (default `.digits/` in the project root) holds all that the app writes; see docs/files.md.
"""

import os
from pathlib import Path

from digits.errors import StoreUnavailable

ROOT = Path(__file__).resolve().parents[2]
"""The project root: the working directory of every worker process."""
LONGEST_PATH = 480  # bytes; SQLite opens no file whose path has more than 512
LONGEST_NAME = 255  # bytes, on most file systems


def home() -> Path:
    """Return the folder of everything the app writes. Read at each call, so that tests can move it.

    Raises StoreUnavailable for a name that is too long for what will lie in it.
    """
    path = Path(os.environ.get("DIGITS_HOME") or ROOT / ".digits").absolute()
    name = os.fsencode(path)
    if len(name) > LONGEST_PATH or len(max(name.split(b"/"), key=len)) > LONGEST_NAME:
        raise StoreUnavailable(
            "Digits cannot write its files here: File name too long. Choose a folder with a shorter name.",
            "Set DIGITS_HOME to it.",
        )
    return path


def data_folder(source: str) -> Path:
    """Return where the prepared arrays of one source lie."""
    return home() / "data" / source


def run_folder(run_id: str) -> Path:
    """Return where the large files of one run lie."""
    return home() / "runs" / run_id


def logs_folder() -> Path:
    """Return where workers write what they print."""
    return home() / "logs"
