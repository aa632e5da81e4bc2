"""One drawing of the user: what the network saw of it, what the user says it is, and its strokes."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np

from digits.inference.strokes import ERASER, read_strokes

SIDE = 28  # px, what the network sees
LONGEST = 512  # px, a side of the picture as it was drawn


@dataclass(frozen=True)
class Drawing:
    """One of My drawings."""

    seen: np.ndarray
    """(28, 28) uint8, 0 = paper, 255 = ink: what the network saw."""
    label: int
    """0 to 9, what the user says it is."""
    when: str
    """When it was first labelled, ISO 8601, UTC."""
    picture: bytes
    """A grey PNG of the ink as it was drawn, at most LONGEST px a side."""
    strokes: list[Any]
    """As the canvas sends them, {path, strokeWidth} each, in px of the picture; none of a photo.

    Those of the eraser have its colour as their `stroke`.
    """
    owner: str = ""
    """Whose it is, of one that is stored."""

    @property
    def id(self) -> str:
        """16 hexadecimal digits of what the network saw: the same picture is the same drawing on every machine."""
        return drawing_id(self.seen)


def drawing_id(seen: np.ndarray) -> str:
    """Return the id of what the network sees, (28, 28) uint8."""
    return hashlib.sha256(seen.tobytes()).hexdigest()[:16]


def make(seen: np.ndarray, ink: np.ndarray, label: int, strokes: list[Any] = ()) -> Drawing:
    """Return a new drawing. ink: (H, W) uint8, at most LONGEST px a side."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Drawing(seen, label, now, cv2.imencode(".png", ink)[1].tobytes(), plain_strokes(list(strokes)))


def plain_strokes(strokes: list[Any]) -> list[dict[str, Any]]:
    """Return the path and the width of each stroke as the canvas knows it, to a tenth of a px, and what erases.

    Raises UnreadablePicture when they are no strokes.
    """
    read_strokes({"objects": strokes})  # which checks every number
    return [
        {
            "path": [[command, *(round(number, 1) for number in numbers)] for command, *numbers in stroke["path"]],
            "strokeWidth": round(stroke["strokeWidth"], 1),
            **({"stroke": ERASER} if stroke.get("stroke") == ERASER else {}),
        }
        for stroke in strokes
    ]
