"""Where things live on disk.

`DIGITS_HOME` (default `.digits/` in the project root) holds all that the app writes; see docs/files.md.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The project root: the working directory of every worker process."""


def home() -> Path:
    """The folder of everything the app writes. Read on every call, so that tests can move it."""
    return Path(os.environ.get("DIGITS_HOME") or ROOT / ".digits").resolve()


def data_folder(source: str) -> Path:
    """Where the prepared arrays of one source lie."""
    return home() / "data" / source


def runs_folder() -> Path:
    """Where every run has its folder."""
    return home() / "runs"
