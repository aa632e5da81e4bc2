"""Where things live on disk.

`DIGITS_HOME` (default `.digits/` in the project root) holds all that the app writes; see docs/files.md.
"""

import os
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The project root: the working directory of every worker process."""


def home() -> Path:
    """The folder of everything the app writes. Read on every call, so that tests can move it."""
    return _resolved(os.environ.get("DIGITS_HOME") or str(ROOT / ".digits"))


@lru_cache(maxsize=8)
def _resolved(path: str) -> Path:
    """Asked for at every look at a file, so not looked up link by link each time."""
    return Path(path).resolve()


def data_folder(source: str) -> Path:
    """Where the prepared arrays of one source lie."""
    return home() / "data" / source


def runs_folder() -> Path:
    """Where every run has its folder."""
    return home() / "runs"
