"""Files that are whole or absent.

Every file is written beside its place, flushed to the disk and renamed, so that a reader sees the old content or the
new, never half, whatever kills the writer.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from digits.errors import DamagedFile, DigitsError

MAX_KEPT = 4096  # files; some kB each
_KEPT: dict[Path, tuple[tuple[int, int, int], Any]] = {}


def publish(file: Path, write: Callable[[Path], object]) -> str:
    """Let `write` make a file beside `file`, then put it in place in one step.

    Returns the sha256 of the published file as 64 hexadecimal digits.
    Raises DigitsError (disk full, read-only folder, permission denied) and leaves the old file as it was.
    """
    # The suffix stays last: Keras picks its format by it. The process id keeps two writers apart.
    part = file.with_name(f".{os.getpid()}.part.{file.name}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        os.replace(part, file)
    except OSError as error:
        raise DigitsError(f"Could not write {file}: {error.strerror or error}. The old state is kept.") from error
    finally:
        with suppress(OSError):  # a read-only disk refuses even to remove what is not there
            part.unlink(missing_ok=True)
    return digest


def kept(file: Path, read: Callable[[Path], Any]) -> Any:
    """What `read` makes of a file, kept until another takes its place or it grows. Raises OSError.

    Every rerun of every page asks for the same small files of all runs; to see that one is still the same takes a tenth
    of the time that reading it does.
    """
    found = file.stat()
    stamp = found.st_ino, found.st_size, found.st_mtime_ns
    known = _KEPT.get(file)
    if known is None or known[0] != stamp:
        if len(_KEPT) >= MAX_KEPT:
            _KEPT.clear()
        _KEPT[file] = known = stamp, read(file)
    return known[1]


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """While inside, no other process is inside for the same lock file. Raises DigitsError when it cannot be made."""
    lock = FileLock(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise DigitsError(
            f"Could not write in {file.parent}: {error.strerror}. Set DIGITS_HOME to a writable folder."
        ) from error
    try:
        yield
    finally:
        lock.release()


def sha256(file: Path) -> str:
    """The sha256 of a file as 64 hexadecimal digits. Raises DamagedFile when it cannot be read."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise DamagedFile(f"{file.name} in {file.parent.name} cannot be read ({error.strerror}).") from error
