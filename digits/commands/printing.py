"""What a verb prints about its result: text for people, or one JSON document."""

import json
from collections.abc import Iterable
from typing import Any


def print_result(options, value: Any, lines: Iterable[str]) -> None:
    """Print `value` as JSON where --json was given, otherwise the lines."""
    print(json.dumps(value) if options.json else "\n".join(lines))


def confusion_lines(counts: list[list[int]]) -> list[str]:
    """Return a confusion matrix as text. counts: (10, 10), rows = label, columns = prediction."""
    head = "     " + "".join(f"{digit:6}" for digit in range(10))
    return [head, *(f"{digit:5}" + "".join(f"{n:6,}" for n in row) for digit, row in enumerate(counts))]
