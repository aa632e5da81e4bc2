"""The files of a folder or a zip, however deep they lie in it, with the label that a folder's name gives them."""

import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from digits.errors import DigitsError
from digits.storage import untrusted_zip
from digits.storage.untrusted_zip import Limits, UntrustedZip

NUM_FILES = 100_000  # MNIST has 70,000 digits
FILE_BYTES, ALL_BYTES = 256 << 20, 1 << 30  # EMNIST's largest file has 180 MB
ZIP = Limits(re.compile("(?s).+"), NUM_FILES, FILE_BYTES, ALL_BYTES, "Choose another zip, or a smaller one.")
DAMAGED = "This file is damaged in the zip."


@dataclass(frozen=True)
class Entry:
    """One file."""

    name: str
    """Its path, to be shown; within a zip, after the zip's."""
    folders: tuple[str, ...]
    """In which it lies, the outermost first."""
    read: Callable[[], bytes]
    """Returns its content. Raises OSError, DigitsError."""

    @property
    def suffix(self) -> str:
        """Return how its name ends, such as .png."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def is_hidden(self) -> bool:
        """Return whether a system left it there, such as .DS_Store."""
        return any(part.startswith(".") or part == "__MACOSX" for part in (*self.folders, Path(self.name).name))

    @property
    def label(self) -> int | None:
        """Return the digit after which the nearest folder is named; None if none is."""
        return next((int(name) for name in reversed(self.folders) if re.fullmatch("[0-9]", name)), None)


@contextmanager
def opened(path: Path, content: bytes | None = None, file_bytes: int | None = None) -> Iterator[list[Entry]]:
    """Yield the files of a folder or a zip, sorted by name, or the one file that `path` is. Nothing is read yet.

    content: of the file, if it was uploaded and lies nowhere. file_bytes: what a file in a zip may have unpacked.
    Raises DigitsError for a folder that cannot be read, and for a zip that is damaged or beyond its limits.
    """
    if content is None and path.is_dir():
        yield _in_folder(path)
    elif path.suffix.lower() == ".zip":
        failure = None
        limits = replace(ZIP, file_bytes=file_bytes or ZIP.file_bytes)
        with untrusted_zip.opened(path if content is None else content, limits) as archive:
            try:
                yield _in_zip(path, archive)
            except Exception as error:  # of whoever reads the entries; it says nothing about the zip
                failure = error
        if failure:
            raise failure
    else:
        yield [Entry(str(path), (), (lambda: read_file(path)) if content is None else lambda: content)]


def _in_folder(folder: Path) -> list[Entry]:
    try:
        list(folder.iterdir())
        files = sorted(file for file in folder.rglob("*") if not file.is_dir())
    except OSError as error:
        raise DigitsError(f"The folder {folder} can't be read: {error.strerror}.") from error
    if len(files) > NUM_FILES:
        raise DigitsError(f"The folder contains more than {NUM_FILES:,} files. Choose a smaller one.")
    root = folder.resolve().name  # it may be named 7 itself
    return [
        Entry(str(file), (root, *file.relative_to(folder).parts[:-1]), lambda file=file: _read_plain(file))
        for file in files
    ]


def _read_plain(file: Path) -> bytes:
    """Read a file that somebody found in a folder. A pipe or a device there might never end."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise DigitsError("It is a pipe or a device, not a file.")
    return read_file(file)


def read_file(file: Path) -> bytes:
    """Return the content of a file, or of a pipe that somebody named. Raises DigitsError for too large a one."""
    with file.open("rb") as stream:
        content = stream.read(FILE_BYTES + 1)
    if len(content) > FILE_BYTES:
        raise DigitsError(f"This file is too large: expected at most {FILE_BYTES >> 20} MB.")
    return content


def _in_zip(path: Path, archive: UntrustedZip) -> list[Entry]:
    def read(name: str) -> bytes:
        try:
            return archive.read(name)
        except DigitsError:
            raise
        except Exception as error:  # zipfile, zlib and others each raise their own
            raise DigitsError(DAMAGED) from error

    names = sorted(name for name in archive.names if not name.endswith("/"))
    return [Entry(f"{path}/{name}", PurePosixPath(name).parts[:-1], lambda name=name: read(name)) for name in names]
