"""Zips from elsewhere, which may contain anything. Their list of files is checked before anything is unpacked."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digits.errors import DigitsError

JUNK = re.compile(r"(.*/)?(__MACOSX(/.*)?|\.DS_Store|Thumbs\.db|desktop\.ini)", re.DOTALL)
"""What a Mac or Windows adds to a zip by itself."""


@dataclass(frozen=True)
class Limits:
    """What a zip may contain."""

    names: re.Pattern[str]
    """Every file has one of these names. No name ever becomes a path."""
    files: int
    file_bytes: int
    all_bytes: int
    """Of the zip, and of everything in it when unpacked."""
    remedy: str
    """A sentence that says which zip to choose instead."""


class UntrustedZip:
    """A zip that is within its limits. Reading may raise anything; `opened` turns that into a DigitsError."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits):
        self.archive, self.remedy = archive, limits.remedy
        entries = _entries(archive, limits)
        _check(entries, limits)
        self._entries = dict(entries)
        self.names = set(self._entries)

    def read(self, name: str) -> bytes:
        """Return the content of a file. Raises DigitsError if there is no such file."""
        if name not in self.names:
            raise DigitsError(f"This zip lacks the file {shown(name)}. {self.remedy}")
        with self.archive.open(self._entries[name]) as entry:
            # No more than the list says: if that is a lie, the checksum fails.
            return entry.read(self._entries[name].file_size + 1)

    def read_json(self, name: str, schema: dict[str, Any]) -> Any:
        """Return a JSON document that fits a JSON Schema. Raises DigitsError, which names a value that does not fit."""
        from jsonschema import Draft202012Validator  # takes 0.1 s to load, and few need it

        try:
            value = json.loads(self.read(name), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise DigitsError(f"The file {name} in this zip isn't valid JSON. {self.remedy}") from error
        # Only the first error: a hostile file may have millions.
        if error := next(Draft202012Validator(schema).iter_errors(value), None):
            where = ", ".join(str(step + 1) if isinstance(step, int) else step for step in error.absolute_path)
            what = f"{where} is not as expected" if where else "something is missing or unknown"
            raise DigitsError(f"In {name} of this zip, {what}. {self.remedy}", error.message[:200])
        return value


@contextmanager
def opened(source: Path | bytes, limits: Limits) -> Iterator[UntrustedZip]:
    """Open a zip and check its list of files. Raises DigitsError, also for damaged content that is read inside."""
    try:
        content = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
        with content:
            if content.seek(0, io.SEEK_END) > limits.all_bytes:
                raise _too_large(limits)
            yield UntrustedZip(zipfile.ZipFile(content), limits)
    except DigitsError:
        raise
    except FileNotFoundError as error:
        raise DigitsError("There is no such file.", f"It should be {source}.") from error
    except (IsADirectoryError, PermissionError) as error:
        raise DigitsError(f"This file can't be read: {error.strerror}.", f"It is {source}.") from error
    except Exception as error:  # zipfile, zlib, struct and whoever parses the content each raise their own
        raise DigitsError(f"This isn't a zip file, or it is damaged. {limits.remedy}") from error


def shown(name: str) -> str:
    """Return a text from elsewhere, safe to show."""
    return "`" + repr(name[:60]).replace("`", "'") + "`"  # as code, in which Markdown means nothing


def _entries(archive: zipfile.ZipFile, limits: Limits) -> list[tuple[str, zipfile.ZipInfo]]:
    """Return the files with their names, without JUNK and without one folder around all of them."""
    entries = [(entry.filename, entry) for entry in archive.infolist() if not JUNK.fullmatch(entry.filename)]
    top = {name.partition("/")[:2] for name, _ in entries}
    folder = "".join(top.pop()) if len(top) == 1 else ""
    if folder.endswith("/") and not limits.names.fullmatch(folder):
        entries = [(name.removeprefix(folder), entry) for name, entry in entries if name != folder]
    return entries


def _check(listed: list[tuple[str, zipfile.ZipInfo]], limits: Limits) -> None:
    names, entries = [name for name, _ in listed], [entry for _, entry in listed]
    if strange := [entry.filename for name, entry in listed if not limits.names.fullmatch(name)]:
        raise DigitsError(f"This zip contains {shown(strange[0])}, which does not belong there. {limits.remedy}")
    if len(names) > limits.files or len(set(names)) < len(names):
        raise DigitsError(f"This zip contains a file twice, or more than {limits.files:,} files. {limits.remedy}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise DigitsError("This zip is locked with a password. Export it again without one.")
    sizes = [entry.file_size for entry in entries]
    if max(sizes, default=0) > limits.file_bytes or sum(sizes) > limits.all_bytes:
        raise _too_large(limits)


def _too_large(limits: Limits) -> DigitsError:
    return DigitsError(
        f"This file is too large: expected at most {limits.all_bytes >> 20} MB, and {limits.file_bytes >> 20} MB for "
        f"each file in the zip. {limits.remedy}"
    )


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
