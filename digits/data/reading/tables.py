"""Tables of digits, such as Kaggle's train.csv and test.csv: a digit in each row, a column for each pixel."""

import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from digits.errors import DigitsError

LABELS = ("label", "labels", "class", "digit", "target", "y")
"""What the column of the labels is called."""
SIDES = range(8, 129)  # px
LONGEST = 1 << 18  # bytes of a line
LOOKED_AT = 200  # rows, to find the labels' column and the brightest pixel
TOPS = (1, 16, 255)  # the brightest pixel of floating-point pictures, of scikit-learn's digits, and of all others
NO_SQUARE = "Its rows aren't digits: a square of pixels, with or without a label."


@dataclass
class Table:
    """What a table holds."""

    images: np.ndarray
    """(n, side, side) uint8, dark or light on the other."""
    labels: np.ndarray | None
    """(n,) uint8, 0 to 9; None if it has none."""
    passed_over: list[tuple[int, str]] = field(default_factory=list)
    """The number of a line, from 1, and why it was left out."""


def read_table(content: bytes, most: int, on_progress: Callable[[float], None] = lambda fraction: None) -> Table:
    """Read a CSV file with commas, semicolons or tabs, with or without a head.

    most: how many digits may be read. on_progress: called with the fraction that is read, 0 to 1.
    Raises DigitsError if its rows are no digits, or too many.
    """
    lines = _lines(content)
    first = next(lines, (0, ""))[1]
    delimiter = max(",;\t", key=first.count)
    names = [name.strip("\"' ").lower() for name in first.split(delimiter)]
    num_columns = len(names)
    has_head = any(not re.fullmatch(r"[-+.\d]+(e[-+]?\d+)?", name) for name in names)
    has_labels = math.isqrt(num_columns) ** 2 != num_columns
    side = math.isqrt(num_columns - has_labels)
    if side * side != num_columns - has_labels or side not in SIDES:
        raise DigitsError(NO_SQUARE)
    if not has_head:
        lines = _lines(content)
    passed_over: list[tuple[int, str]] = []
    rows = _rows(enumerate(lines, start=1 + has_head), delimiter, num_columns, passed_over)
    head = [row for _, row in zip(range(LOOKED_AT), rows, strict=False)]
    looked_at = np.array([row for _, _, row in head], np.float32).reshape(-1, num_columns)
    column = _label_column(names if has_head else [], looked_at) if has_labels else None
    scale = 255 / next((top for top in TOPS if _pixels(looked_at, column).max(initial=0) <= top), 255)
    images, labels = [], []
    for line, end, row in (one for part in (head, rows) for one in part):
        pixels = np.rint(_pixels(row, column) * scale)
        label = 0 if column is None else row[column]
        if label not in range(10):
            passed_over.append((line, f"The label is {label:g}; expected 0 to 9."))
        elif not (pixels.min() >= 0 and pixels.max() <= 255):  # also where one is no number
            passed_over.append((line, "A pixel isn't from 0 to 255."))
        else:
            images.append(pixels.astype(np.uint8).reshape(side, side))
            labels.append(int(label))
            if len(images) > most:
                raise DigitsError(f"There are more than {most:,} digits. Choose a smaller file.")
        if line % 1000 == 0:
            on_progress(end / len(content))
    stacked = np.stack(images) if images else np.empty((0, side, side), np.uint8)
    return Table(stacked, None if column is None else np.array(labels, np.uint8), sorted(passed_over))


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the end of each line that is not empty, in bytes, and its text."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    file = io.BytesIO(content if b"\n" in content else content.replace(b"\r", b"\n"))  # Excel's "CSV (Macintosh)"
    while line := file.readline(LONGEST):
        text = line.decode("ascii", "replace").strip()
        yield file.tell(), text


def _rows(
    lines: Iterator[tuple[int, tuple[int, str]]], delimiter: str, num_columns: int, passed_over: list[tuple[int, str]]
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield the number of a row, where it ends, and its numbers."""
    for number, (end, text) in lines:
        fields = text.replace('"', "").split(delimiter)
        if not text:
            continue
        if len(fields) != num_columns:
            passed_over.append((number, f"It has {len(fields):,} columns; expected {num_columns:,}."))
            continue
        try:
            yield number, end, np.array(fields, np.float32)
        except ValueError:
            passed_over.append((number, "Not all of it are numbers."))


def _label_column(names: list[str], rows: np.ndarray) -> int:
    """Return the place of the labels: the column that says so, or whichever of the outer two looks more like labels.

    Labels may also be those of letters, or 10 for a 0, which are then left out: a pixel in a corner is no label either.
    """
    if named := [place for place, name in enumerate(names) if name in LABELS]:
        return named[0]

    def likeness(place: int) -> tuple[bool, int]:
        kinds = np.unique(rows[:, place])
        return len(kinds) > 1 and np.isin(kinds, range(10)).all(), len(kinds) * np.isin(kinds, range(100)).all()

    return max((0, -1), key=likeness)


def _pixels(rows: np.ndarray, column: int | None) -> np.ndarray:
    return rows if column is None else np.delete(rows, column, axis=-1)
