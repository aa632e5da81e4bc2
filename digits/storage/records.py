"""What the app writes down: JSON, logs of JSON and arrays, each with a checksum.

A bit that a disk turned over is noticed so: against accidents, not against somebody who means harm. A file without a
checksum is of an earlier version or was written by hand, and is read as it is.
"""

import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DamagedFile, DigitsError
from digits.storage.files import kept, publish

CHECKSUM = re.compile(r'\{\s*"crc32": "([0-9a-f]{8})"')


def write_json(file: Path, value: dict[str, Any]) -> None:
    """Replace `file` by `value` as JSON."""
    publish(file, lambda part: part.write_text(_sealed(value, indent=2) + "\n", encoding="utf-8"))


def read_json(file: Path) -> dict[str, Any]:
    """Read a JSON object. Raises DamagedFile when it is missing, unreadable, no object, or not what was written."""
    try:
        return json.loads(kept(file, _sound))
    except (OSError, ValueError) as error:
        why = "not what was written" if type(error) is ValueError else type(error).__name__
        raise DamagedFile(f"{file.name} in {file.parent.name} is missing or damaged ({why}).") from error


def append_json_line(file: Path, value: dict[str, Any]) -> None:
    """Append `value` as one line of JSON. Raises DigitsError when it cannot be written."""
    try:
        with file.open("a", encoding="utf-8") as log:
            log.write(_sealed(value) + "\n")
    except OSError as error:
        raise DigitsError(f"Could not write {file}: {error.strerror or error}.") from error


def write_json_lines(file: Path, values: list[dict[str, Any]]) -> None:
    """Replace a log of JSON objects."""
    text = "".join(_sealed(value) + "\n" for value in values)
    publish(file, lambda part: part.write_text(text, encoding="utf-8"))


def read_json_lines(file: Path) -> list[dict[str, Any]]:
    """Read a log of JSON objects; a line cut short or damaged is passed over, a missing file is an empty log.

    The objects are shared by all who read the same file: leave them as they are.
    """
    try:
        return list(kept(file, _lines)[0])
    except OSError:
        return []


def damaged_lines(file: Path) -> int:
    """How many lines `read_json_lines` passes over; one of them may be about to be written."""
    try:
        return kept(file, _lines)[1]
    except OSError:
        return 0


def write_array(file: Path, array: np.ndarray) -> None:
    """Replace `file` by an array as NumPy writes it, its CRC-32 behind it, where NumPy does not look."""
    content = io.BytesIO()
    np.save(content, array)
    content.write(zlib.crc32(content.getbuffer()).to_bytes(4))
    publish(file, lambda part: part.write_bytes(content.getbuffer()))


def read_array(file: Path) -> np.ndarray:
    """Map an array into memory. Raises DamagedFile when it is missing, no array, or not what was written."""
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)
        end = array.offset + array.nbytes
        if kept(file, lambda file: _is_array(file.read_bytes(), end)):
            return array
    except Exception as error:  # NumPy reads the head by Python's tokenizer, which has errors of its own
        raise DamagedFile(f"{file.name} in {file.parent.name} is missing or damaged.") from error
    raise DamagedFile(f"{file.name} in {file.parent.name} is not what was written.")


def read_arrays(file: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz file, each compared with its CRC-32. Raises DamagedFile when it is missing or damaged."""
    try:
        content = io.BytesIO(file.read_bytes())
        with zipfile.ZipFile(content) as archive, np.load(content, allow_pickle=False) as arrays:
            if archive.testzip() is None:  # NumPy may stop short of the end, where the checksum is compared
                return dict(arrays)
    except Exception as error:  # NumPy, zipfile and zlib each raise their own
        raise DamagedFile(f"{file.name} in {file.parent.name} is missing or damaged.") from error
    raise DamagedFile(f"{file.name} in {file.parent.name} is not what was written.")


def is_whole(file: Path) -> bool:
    """Whether a file is as it was written: JSON, an array or several."""
    try:
        {".json": read_json, ".npy": read_array, ".npz": read_arrays}[file.suffix](file)
    except DamagedFile:
        return False
    return True


def _sealed(value: dict[str, Any], indent: int | None = None) -> str:
    """An object as JSON, first in it the CRC-32 of this text without the checksum's own digits."""
    text = json.dumps({"crc32": "", **value}, indent=indent)
    return text.replace('""', f'"{zlib.crc32(text.encode()):08x}"', 1)


def _opened(text: str) -> dict[str, Any]:
    """The object in a text. One without a checksum is of an earlier version, or by hand. Raises ValueError."""
    if found := CHECKSUM.match(text):
        start, end = found.span(1)
        if zlib.crc32((text[:start] + text[end:].rstrip("\n")).encode()) != int(found[1], 16):
            raise ValueError("the checksum differs")
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("no object")
    value.pop("crc32", None)
    return value


def _sound(file: Path) -> str:
    return json.dumps(_opened(file.read_text(encoding="utf-8")))


def _lines(file: Path) -> tuple[list[dict[str, Any]], int]:
    lines, damaged = [], 0
    for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            lines.append(_opened(line))
        except ValueError:
            damaged += bool(line)
    return lines, damaged


def _is_array(content: bytes, end: int) -> bool:
    """Whether an array that ends at that byte is whole; one without a checksum is of an earlier version."""
    return content[end:] in (b"", zlib.crc32(memoryview(content)[:end]).to_bytes(4))
