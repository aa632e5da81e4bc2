"""What a verb prints about its result: text for people, or one JSON document."""

import json
from collections.abc import Iterable
from typing import Any


def print_result(options, value: Any, lines: Iterable[str] = ()) -> None:
    """Print `value` as JSON where --json was given, otherwise the lines, if there are any."""
    if text := as_json(value) if options.json else "\n".join(lines):
        print(text)


def as_json(value: Any) -> str:
    """Return a value as JSON in one line; JSON knows no NaN and no infinity, so null stands for them."""
    return json.dumps(json.loads(json.dumps(value), parse_constant=lambda constant: None))


def one_line(text: str) -> str:
    """Return a text in which only what can be seen is printed as it is: the name of a file may contain anything."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)


def confusion_lines(counts: list[list[int]]) -> list[str]:
    """Return a confusion matrix as text. counts: (10, 10), rows = label, columns = prediction."""
    head = "     " + "".join(f"{digit:6}" for digit in range(10))
    return [head, *(f"{digit:5}" + "".join(f"{n:6,}" for n in row) for digit, row in enumerate(counts))]
