"""My drawings as a plain zip: `digits.json` has the label of each picture; the pictures and strokes lie beside it.

    digits.json            {"format": "my digits", "version": 1, "drawings": [{"id", "label", "when"}, ...]}
    seen/7-<id>.png        28 x 28 grey, 0 = paper, 255 = ink: what the network saw; the label comes first
    pictures/7-<id>.png    grey, as it was drawn
    strokes/7-<id>.json    as the canvas sent them; a photo has none

A zip from elsewhere may contain anything. Everything is checked before anything is stored.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from digits.drawings.drawing import LONGEST, SIDE, Drawing, drawing_id, plain_strokes
from digits.drawings.store import MOST
from digits.errors import DigitsError, UnreadablePicture
from digits.inference.picture import grey_png
from digits.storage import untrusted_zip
from digits.storage.untrusted_zip import Limits, UntrustedZip

FORMAT = {"format": "my digits", "version": 1}
REMEDY = "Choose a zip that was exported under My drawings."
NAMES = re.compile(r"digits\.json|(seen|pictures)/([0-9]-[0-9a-f]{16}\.png)?|strokes/([0-9]-[0-9a-f]{16}\.json)?")
ZIP_BYTES = 64 << 20  # MOST drawings have some 50 MB
LIMITS = Limits(NAMES, 3 * MOST + 10, 1 << 20, ZIP_BYTES, REMEDY)
DRAWING = {
    "type": "object",
    "required": ["id", "label", "when"],
    "properties": {
        "id": {"type": "string", "pattern": r"^[0-9a-f]{16}\Z"},
        "label": {"type": "integer", "minimum": 0, "maximum": 9},
        "when": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00\Z"},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["format", "version", "drawings"],
    "properties": {
        "format": {"const": FORMAT["format"]},
        "version": {"const": FORMAT["version"]},
        "drawings": {"type": "array", "maxItems": MOST, "items": DRAWING},
    },
}
"""The form of digits.json, as a JSON Schema (json-schema.org, 2020-12)."""


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


def unpack(source: Path | bytes) -> list[Drawing]:
    """Return the drawings of a zip that `pack` made, or somebody who knows its form. Raises DigitsError."""
    with untrusted_zip.opened(source, LIMITS) as archive:
        return [_drawing(archive, row) for row in archive.read_json("digits.json", SCHEMA)["drawings"]]


def _drawing(archive: UntrustedZip, row: dict[str, Any]) -> Drawing:
    name = f"{row['label']:.0f}-{row['id']}"
    seen, ink = (_picture(archive, f"{folder}/{name}.png") for folder in ("seen", "pictures"))
    if seen.shape != (SIDE, SIDE) or drawing_id(seen) != row["id"]:
        raise DigitsError(f"The picture seen/{name}.png isn't the one that its name says. {REMEDY}")
    strokes = f"strokes/{name}.json"
    try:
        read = plain_strokes(archive.read_json(strokes, {"type": "array"})) if strokes in archive.names else []
    except (UnreadablePicture, TypeError) as error:
        raise DigitsError(f"{strokes} in this zip contains no strokes. {REMEDY}") from error
    # Encoded again, because only what was encoded here is stored.
    return Drawing(seen, int(row["label"]), row["when"], cv2.imencode(".png", ink)[1].tobytes(), read)


def _picture(archive: UntrustedZip, file: str) -> np.ndarray:
    try:
        return grey_png(archive.read(file), LONGEST)
    except UnreadablePicture as error:
        raise DigitsError(f"{file} in this zip cannot be read: {error}") from error
