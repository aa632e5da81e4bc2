"""Where things live on disk.

`DIGITS_HOME` (default `.digits/` in the project root) holds all that the app writes; see docs/files.md.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The project root: the working directory of every worker process."""


def home() -> Path:
    """Return the folder of everything the app writes. Read at each call, so that tests can move it."""
    return Path(os.environ.get("DIGITS_HOME") or ROOT / ".digits").absolute()


def data_folder(source: str) -> Path:
    """Return where the prepared arrays of one source lie."""
    return home() / "data" / source


def run_folder(run_id: str) -> Path:
    """Return where the large files of one run lie."""
    return home() / "runs" / run_id


def logs_folder() -> Path:
    """Return where workers write what they print."""
    return home() / "logs"
