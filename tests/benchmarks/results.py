"""Where results go: into a file as JSON, and onto stderr while they come."""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from digits.storage.files import atomic_write


def write_json(file: Path, results: dict[str, Any]) -> None:
    """Replace `file` by the results in one step. Raises DigitsError when it cannot be written."""
    atomic_write(file, lambda part: part.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8"))


def progress(text: str) -> None:
    """Tell the person who waits what goes on."""
    print(text, file=sys.stderr, flush=True)


def table(columns: list[str], json_follows: bool) -> Callable[[str], None]:
    """Print the head of a table in Markdown, and return the function that prints a row as soon as it is done.

    Where JSON follows, all of it goes onto stderr.
    """
    tell = progress if json_follows else partial(print, flush=True)
    tell(f"| {' | '.join(columns)} |\n| --- |{' ---: |' * (len(columns) - 1)}")
    return tell
