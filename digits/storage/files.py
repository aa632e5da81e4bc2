"""Files that are complete or absent.

A file is written under a temporary name, flushed to the disk and then moved into place. A reader sees the old content
or the new, never half. Its sha256 goes into the database. Files that the database does not name do not count. What a
killed process leaves is removed by the next one that writes into the same folder, and by the server when it starts.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DamagedFile, DigitsError
from digits.storage.home import home

UNFINISHED = ".unfinished-"
UNFINISHED_SECONDS = 3600  # no file takes longer to write; a process that was killed left the older ones


@dataclass(frozen=True)
class StoredFile:
    """A file as the database names it."""

    name: str
    sha256: str


def atomic_write(file: Path, write: Callable[[Path], object]) -> str:
    """Let `write` make a file, then replace `file` by it in one step.

    Returns its sha256 as 64 hexadecimal digits. Raises DigitsError (disk full, no permission) and leaves the old file.
    """
    part, digest = _written(file, write)
    try:
        os.replace(part, file)
        _flush_names(file.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise cannot_write(file, error) from error
    return digest


def write_new(folder: Path, name: str, write: Callable[[Path], object]) -> StoredFile:
    """Like `atomic_write`, but never replace another file, which somebody may have mapped into memory.

    If `name` is taken, the new file gets a number: model.tflite, model-2.tflite.
    """
    wanted = folder / name
    part, digest = _written(wanted, write)
    try:
        for number in range(1, 100_000):
            file = wanted if number == 1 else wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
            try:
                file.touch(exist_ok=False)  # reserves the name; a hard link would, too, but not on every file system
            except FileExistsError:
                continue
            os.replace(part, file)
            _flush_names(folder)
            return StoredFile(file.name, digest)
        raise DigitsError(f"There are too many files called {name}.")
    except OSError as error:
        raise cannot_write(wanted, error) from error
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def temporary_folder(place: Path | None = None) -> Iterator[Path]:
    """Yield an empty folder in `place`, or in DIGITS_HOME, and remove it afterwards. Raises DigitsError."""
    place = place or home()
    try:
        place.mkdir(parents=True, exist_ok=True)
        sweep_unfinished(place, below=False)
        made = tempfile.TemporaryDirectory(dir=place, prefix=UNFINISHED, ignore_cleanup_errors=True)
    except OSError as error:
        raise cannot_write(place, error) from error
    with made as folder:
        yield Path(folder)


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder to be filled, which then becomes `folder` in one step.

    Into an empty one that exists, what was made is moved: it may be a mounted volume, or where somebody works.
    """
    with temporary_folder(folder if folder.is_dir() else folder.parent) as temporary:
        part = temporary / "new"
        part.mkdir()
        yield part
        if folder.is_dir():
            if any(not path.name.startswith(UNFINISHED) for path in folder.iterdir()):  # another process was quicker
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
            for path in part.iterdir():
                path.rename(folder / path.name)
        else:
            part.rename(folder)


def sweep_unfinished(folder: Path, *, below: bool = True) -> None:
    """Remove what killed processes left half-written in a folder, and in those below it."""
    oldest = time.time() - UNFINISHED_SECONDS
    for place, folders, names in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *names) if name.startswith(UNFINISHED)):
            with contextlib.suppress(OSError):  # another process was quicker, or the file may not be removed
                if path.stat().st_mtime < oldest:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not below:
            return


def checked(folder: Path, stored: StoredFile) -> Path:
    """Return the path of a file whose sha256 is the stored one. Raises DamagedFile."""
    file = folder / stored.name
    if sha256(file) != stored.sha256:
        raise DamagedFile(f"The file {stored.name} was damaged on the disk.", f"It is {file}.")
    return file


def read_array(folder: Path, stored: StoredFile) -> np.ndarray:
    """Map an array into memory. Raises DamagedFile if it is missing or not what was written."""
    file = checked(folder, stored)
    try:
        return np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DamagedFile(f"The file {stored.name} contains no array.", f"It is {file}.") from error


def read_arrays(folder: Path, stored: StoredFile) -> dict[str, np.ndarray]:
    """Read the arrays of an .npz file. Raises DamagedFile if it is missing or not what was written."""
    file = checked(folder, stored)
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except Exception as error:  # NumPy, zipfile and zlib each raise their own
        raise DamagedFile(f"The file {stored.name} contains no arrays.", f"It is {file}.") from error


def read_json(file: Path) -> dict[str, Any]:
    """Read a JSON object that ships with the program. Raises DamagedFile."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DamagedFile(f"{file.name} is missing or damaged. Install Digits again.") from error


def sha256(file: Path) -> str:
    """Return the sha256 of a file as 64 hexadecimal digits. Raises DamagedFile if it cannot be read."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise DamagedFile(f"The file {file.name} is missing or cannot be read.", f"It should be {file}.") from error


def cannot_write(file: Path, error: OSError) -> DigitsError:
    """Return an error in writing as a sentence with the remedy."""
    why = error.strerror or "only a part was written"  # as NumPy says it
    return DigitsError(
        f"Digits could not write a file: {why}. Nothing was changed; make room on the disk or allow writing there, and "
        "try again.",
        f"The file is {file}; DIGITS_HOME can name another folder.",
    )


def _flush_names(folder: Path) -> None:
    """Flush what a folder contains to the disk, and the folder's own name, which may be new, too.

    Otherwise a power cut could leave a row in the database without its file.
    """
    for path in (folder, folder.parent):
        with contextlib.suppress(OSError):  # not every file system can do it
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _written(file: Path, write: Callable[[Path], object]) -> tuple[Path, str]:
    """Write beside `file`; return the path and its sha256."""
    part = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        sweep_unfinished(file.parent, below=False)
        # The suffix stays last: Keras picks its format by it. Who may read it is as the user's umask says.
        new = file.with_name(f"{UNFINISHED}{uuid.uuid4().hex[:8]}{file.suffix}")
        new.touch(exist_ok=False)
        part = new
        write(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
            return part, hashlib.file_digest(written, "sha256").hexdigest()
    except BaseException as error:
        if part:
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise cannot_write(file, error) from error
        raise
