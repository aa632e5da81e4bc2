"""Whatever files somebody has of digits -> digits of 28 x 28 pixels, and what was passed over and why."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from digits.data.dataset import NO_LABEL
from digits.data.reading import idx, pictures, tables
from digits.data.reading.entries import Entry, opened
from digits.errors import BlankDrawing, DigitsError
from digits.inference.pictures.decoding import SUFFIXES
from digits.progress import Progress, to_nobody
from digits.storage.untrusted_zip import shown

MOST = 300_000  # digits; EMNIST has 280,000
TABLES = (".csv", ".tsv", ".txt")
IDX = re.compile(r"ubyte|idx[13]|\.idx", re.I)
TEST = re.compile(r"(^|[^a-z])(test|t10k)", re.I)
OTHER = "It isn't a picture, a CSV table or an idx file."
HIDDEN = "It is a hidden file."
NO_LABEL_HERE = "It has no label, but other digits here have one. Add it separately."
NO_DIGITS = "It holds no digits."
LABELS_ALONE = "The pictures to which these labels belong are missing."


@dataclass
class Found:
    """Digits that were read, in the order of the files, and what was passed over."""

    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9; NO_LABEL for all if no file had labels."""
    is_test: np.ndarray
    """(n,) bool: whether they come from a file or a folder that is named as a test set."""
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    """What, and why, in a sentence."""


def reasons(passed_over: Iterable[tuple[str, str]]) -> list[tuple[str, int, str]]:
    """Return each reason for passing over, how often it was, and where first; the most frequent first."""
    counts, first = Counter(), {}
    for name, why in passed_over:
        counts[why] += 1
        first.setdefault(why, name)
    return [(why, n, first[why]) for why, n in counts.most_common()]


@dataclass
class _Part:
    """Digits of one file, at least one."""

    name: str
    images: np.ndarray  # (n, 28, 28) uint8
    labels: np.ndarray | None  # (n,) uint8


def read(paths: Iterable[Path], on_progress: Progress = to_nobody) -> Found:
    """Read pictures, tables and idx files, in folders, in zips or alone.

    Raises DigitsError if there is no digit at all, or more than MOST.
    """
    reading = _Reading()
    with ExitStack() as stack:
        files = dict.fromkeys(file for path in _existing(paths, reading.passed_over) for file in _with_labels(path))
        entries = [(_shown(path, entry), entry) for path in files for entry in stack.enter_context(opened(path))]
        what = f"Reading {len(entries):,} file{'s' * (len(entries) > 1)}"
        for place, (name, entry) in enumerate(entries):
            reading.read(name, entry, lambda part, place=place: on_progress((place + part) / len(entries), what))
    return reading.found()


class _Reading:
    """What was read so far, and what was passed over."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.passed_over: list[tuple[str, str]] = []
        self.arrays: dict[str, np.ndarray] = {}
        """Of idx files, by name: pictures, and labels that belong to them."""

    def read(self, name: str, entry: Entry, tell: Callable[[float], None]) -> None:
        """Read a file, or pass it over. tell: called with the fraction of it that is read, 0 to 1."""
        tell(0.0)
        try:
            if entry.is_hidden:
                raise DigitsError(HIDDEN)
            if entry.suffix in SUFFIXES:
                labels = None if entry.label is None else np.array([entry.label], np.uint8)
                self.parts.append(_Part(name, pictures.picture_digit(entry.read())[np.newaxis], labels))
            elif idx.is_idx(content := _content(name, entry)):
                self.arrays[name] = idx.read_idx(content)
            else:
                table = tables.read_table(content, MOST, tell)
                self.passed_over += [(f"{name}, line {line:,}", why) for line, why in table.passed_over]
                self._add(name, table.images, table.labels)
        except DigitsError as error:
            self.passed_over.append((name, str(error)))
        except OSError as error:
            self.passed_over.append((name, f"The file can't be read: {error.strerror}."))

    def found(self) -> Found:
        """Return all digits. Raises DigitsError if there are none, or more than MOST."""
        self._pair()
        is_labelled = any(part.labels is not None for part in self.parts)
        kept = [part for part in self.parts if (part.labels is not None) == is_labelled]
        if is_labelled:
            self.passed_over += [(part.name, NO_LABEL_HERE) for part in self.parts if part.labels is None]
        if not kept:
            name, why = self.passed_over[0] if self.passed_over else ("The folder", "It is empty.")
            raise DigitsError(f"We found no digits to read. {shown(name)}: {why}")
        if sum(len(part.images) for part in kept) > MOST:
            raise DigitsError(f"There are more than {MOST:,} digits. Choose fewer files.")
        images = np.concatenate([part.images for part in kept])
        none = np.full(len(images), NO_LABEL, np.uint8)
        labels = np.concatenate([part.labels for part in kept]) if is_labelled else none
        is_test = np.concatenate([np.full(len(part.images), bool(TEST.search(part.name))) for part in kept])
        return Found(images, labels, is_test & (not is_test.all()), self.passed_over)

    def _add(self, name: str, images: np.ndarray, labels: np.ndarray | None) -> None:
        """Add the digits of a table or an idx file, (n, height, width) uint8, as networks learn them."""
        kept, places = [], []
        if not len(images):
            self.passed_over.append((name, NO_DIGITS))
        for place, image in enumerate(pictures.ink_on_paper(images)):
            try:
                kept.append(pictures.prepared(image))
                places.append(place)
            except BlankDrawing as error:
                self.passed_over.append((f"{name}, digit {place:,}", str(error)))
        if kept:
            self.parts.append(_Part(name, np.stack(kept), None if labels is None else labels[places]))

    def _pair(self) -> None:
        """Add the digits of idx files, each file of pictures with that of its labels."""
        labels = {idx.pair_name(name): name for name, array in self.arrays.items() if array.ndim == 1}
        for name, images in self.arrays.items():
            if images.ndim == 1:
                continue
            # One file of each kind belong together, whatever they are called.
            key = next(iter(labels), "") if len(self.arrays) == 2 else idx.pair_name(name)
            partner = labels.pop(key, None)
            found = self.arrays[partner] if partner else None
            if found is not None and len(found) != len(images):
                why = f"It has {len(images):,} pictures, but {partner} has {len(found):,} labels."
            elif found is not None and found.max(initial=0) > 9:
                why = f"Its labels are 0 to {found.max()}; expected 0 to 9."
            else:
                self._add(name, idx.upright(images, name), found)
                continue
            self.passed_over.append((name, why))
        self.passed_over += [(name, LABELS_ALONE) for name in labels.values()]


def _existing(paths: Iterable[Path], passed_over: list[tuple[str, str]]) -> Iterator[Path]:
    """Yield the paths but those of missing files; what a zip lacks, its reader says."""
    for path in paths:
        if path.exists() or path.suffix.lower() == ".zip":
            yield path
        else:
            passed_over.append((path.name, "The file can't be read: No such file or directory."))


def _with_labels(path: Path) -> Iterator[Path]:
    """Yield a file, and, if it is an idx file of pictures, the one beside it with their labels."""
    yield path
    for file in sorted(path.parent.iterdir()) if IDX.search(path.name) and path.is_file() else ():
        if file != path and "images" in path.name and idx.pair_name(file.name) == idx.pair_name(path.name):
            yield file


def _shown(path: Path, entry: Entry) -> str:
    """Return the name of a file without the folder in which `path` lies."""
    return str(PurePosixPath(entry.name).relative_to(path.parent.as_posix()))


def _content(name: str, entry: Entry) -> bytes:
    """Return what a table or an idx file contains, unpacked. Raises DigitsError for other files, and reads none."""
    if PurePosixPath(name.lower().removesuffix(".gz")).suffix not in TABLES and not IDX.search(name):
        raise DigitsError(OTHER)
    return idx.unpacked(entry.read())
