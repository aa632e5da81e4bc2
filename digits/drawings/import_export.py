"""My drawings as a plain zip: `digits.json` has the label of each picture; the pictures and strokes lie beside it.

    digits.json            {"format": "my digits", "version": 1, "drawings": [{"id", "label", "when"}, ...]}
    seen/7-<id>.png        28 x 28 grey, 0 = paper, 255 = ink: what the network saw; the label comes first
    pictures/7-<id>.png    grey, as it was drawn
    strokes/7-<id>.json    as the canvas sent them; none of a photo

A zip from elsewhere may be anything: its table of contents is checked before anything is inflated, everything is
checked before anything is taken, and no name in it ever becomes a path here.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np

from digits.drawings.drawing import LONGEST, SIDE, Drawing, drawing_id, plain_strokes
from digits.drawings.store import MOST
from digits.errors import DigitsError, UnreadablePicture
from digits.inference.picture import grey_png

FORMAT = {"format": "my digits", "version": 1}
CHOOSE = "Choose one that was exported under My drawings."
ZIP_BYTES = 32 << 20
INFLATED_BYTES = 128 << 20
ENTRIES = 3 * MOST + 10  # and some folders
FILE_BYTES = 1 << 20  # of each; a list of MOST drawings has half of it
NAMES = re.compile(r"digits\.json|(seen|pictures)/([0-9]-[0-9a-f]{16}\.png)?|strokes/([0-9]-[0-9a-f]{16}\.json)?")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def pack(drawings: Iterable[Drawing]) -> bytes:
    """Return the zip of some drawings."""
    content, listed = io.BytesIO(), []
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for drawing in drawings:
            name = f"{drawing.label}-{drawing.id}"
            listed.append({"id": drawing.id, "label": drawing.label, "when": drawing.when})
            archive.writestr(f"seen/{name}.png", cv2.imencode(".png", drawing.seen)[1].tobytes())
            archive.writestr(f"pictures/{name}.png", drawing.picture)
            if drawing.strokes:
                archive.writestr(f"strokes/{name}.json", json.dumps(drawing.strokes))
        archive.writestr("digits.json", json.dumps(FORMAT | {"drawings": listed}, indent=1))
    return content.getvalue()


def unpack(content: bytes) -> list[Drawing]:
    """Return the drawings of a zip that `pack` made, or somebody who knows its form. Raises DigitsError."""
    if len(content) > ZIP_BYTES:
        raise DigitsError(
            f"This file has {len(content) >> 20} MB, expected a zip of at most {ZIP_BYTES >> 20}; export fewer."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_contents(archive.infolist())
            return _drawings(archive)
    except DigitsError:
        raise
    except Exception as error:  # zipfile, zlib and struct each raise their own
        raise DigitsError(f"This is no zip file, or a damaged one. {CHOOSE}") from error


def _check_contents(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a zip that is no export by its list of files, before any of them is unpacked."""
    if len(entries) > ENTRIES:
        raise DigitsError(f"This zip holds {len(entries):,} files, expected at most {ENTRIES:,}; export fewer.")
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise DigitsError("This zip holds a file twice; export it again.")
    if strange := [name for name in names if not NAMES.fullmatch(name)]:
        raise DigitsError(f"This zip holds {_shown(strange[0])}, which no export of My drawings has. {CHOOSE}")
    if "digits.json" not in names:
        raise DigitsError(f"This zip holds no digits.json. {CHOOSE}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise DigitsError("This zip is locked with a password; export it again without one.")
    largest = max(entries, key=lambda entry: entry.file_size)
    if (size := largest.file_size) > FILE_BYTES:
        raise DigitsError(
            f"{largest.filename} in this zip has {size >> 10:,} kB, expected at most {FILE_BYTES >> 10:,}."
        )
    if (total := sum(entry.file_size for entry in entries)) > INFLATED_BYTES:
        raise DigitsError(f"This zip holds {total >> 20} MB, expected at most {INFLATED_BYTES >> 20}.")


def _drawings(archive: zipfile.ZipFile) -> list[Drawing]:
    described = _json(archive, "digits.json")
    if not isinstance(described, dict) or not FORMAT.items() <= described.items():
        raise DigitsError("digits.json in this zip does not describe My drawings in a form that this version knows.")
    listed = described.get("drawings")
    if not isinstance(listed, list) or len(listed) > MOST:
        raise DigitsError(f"digits.json in this zip lists no drawings, or more than {MOST:,}.")
    names = set(archive.namelist())
    return [_drawing(archive, names, place, row) for place, row in enumerate(listed, start=1)]


def _drawing(archive: zipfile.ZipFile, names: set[str], place: int, row: Any) -> Drawing:
    if not isinstance(row, dict) or not {"id", "label", "when"} <= set(row):
        raise DigitsError(f"Drawing {place} in digits.json has no id, label and when.")
    label, when, name = row["label"], row["when"], f"{row['label']}-{row['id']}"
    if type(label) is not int or label not in range(10):
        raise DigitsError(f"Drawing {place} in digits.json: the label {_shown(str(label))} is no digit from 0 to 9.")
    files = [f"seen/{name}.png", f"pictures/{name}.png"]
    if missing := [file for file in files if file not in names]:
        raise DigitsError(f"This zip lists drawing {place}, but holds no {_shown(missing[0])}.")
    if not isinstance(when, str) or not TIME.fullmatch(when):
        raise DigitsError(f"Drawing {place} in digits.json says no time such as 2026-01-31T12:00:00+00:00.")
    seen, ink = (_picture(archive, file) for file in files)
    if seen.shape != (SIDE, SIDE):
        raise DigitsError(f"{files[0]} has {seen.shape[1]} x {seen.shape[0]} pixels, expected {SIDE} x {SIDE}.")
    if drawing_id(seen) != row["id"]:
        raise DigitsError(f"{files[0]} is not the picture that its name says; export it again.")
    strokes = f"strokes/{name}.json"
    try:
        read = plain_strokes(_json(archive, strokes)) if strokes in names else []
    except (UnreadablePicture, TypeError):
        raise DigitsError(f"{strokes} in this zip holds no strokes.") from None
    # Encoded again, because only what was encoded here is stored.
    return Drawing(seen, label, when, cv2.imencode(".png", ink)[1].tobytes(), read)


def _picture(archive: zipfile.ZipFile, file: str) -> np.ndarray:
    try:
        return grey_png(_inflated(archive, file), LONGEST)
    except UnreadablePicture as error:
        raise DigitsError(f"{file} in this zip cannot be read: {error}") from None


def _json(archive: zipfile.ZipFile, file: str) -> Any:
    try:
        return json.loads(_inflated(archive, file))
    except (ValueError, RecursionError) as error:
        raise DigitsError(f"{file} in this zip is no JSON ({type(error).__name__}).") from None


def _inflated(archive: zipfile.ZipFile, file: str) -> bytes:
    """Read no more than the table of contents says: an entry that lies about its size fails its checksum there."""
    with archive.open(file) as entry:
        return entry.read(archive.getinfo(file).file_size + 1)


def _shown(name: str) -> str:
    """Return a text from outside, safe to show."""
    return "`" + repr(name[:60]).replace("`", "'") + "`"  # as code, in which Markdown means nothing
