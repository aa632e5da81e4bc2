"""My digits on disk: one file a drawing, named by what the network saw of it, so that no picture is there twice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from digits.drawings.drawing import Drawing, read
from digits.errors import DamagedFile, DigitsError
from digits.storage.home import home
from digits.storage.records import read_json, write_json

MOST = 5_000  # drawings; a class of thirty with 150 each


@dataclass(frozen=True)
class Merged:
    """What came of taking in the drawings of somebody else."""

    new: int
    known: int
    """They were here already, with the same label."""
    other: int
    """They were here already with another label, which stays."""


def folder() -> Path:
    """Where My digits lie."""
    return home() / "mine"


def drawings() -> list[Drawing]:
    """All of them, the newest first; a damaged file is passed over."""
    found = []
    for file in folder().glob("*.json"):
        try:
            found.append(read(read_json(file)))
        except DamagedFile:
            continue
    return sorted(found, key=lambda drawing: (drawing.when, drawing.id), reverse=True)


def find(drawing_id: str) -> Drawing | None:
    """The drawing with that id; None if there is none, or it is damaged."""
    try:
        return read(read_json(_file(drawing_id)))
    except DamagedFile:
        return None


def stamp() -> int:
    """Changes whenever a drawing comes, goes or gets another label."""
    try:
        return folder().stat().st_mtime_ns  # every file is renamed into place
    except OSError:
        return 0


def put(drawing: Drawing) -> None:
    """Take in a drawing, or say anew what a known one is. Raises DigitsError when there are too many already."""
    with _alone():
        known = find(drawing.id)
        if known is None:
            _check_room(1)
        write_json(_file(drawing.id), (replace(known, label=drawing.label) if known else drawing).as_dict())


def remove(drawing_id: str) -> Drawing | None:
    """Take a drawing away; returns it, so that it can be put back."""
    with _alone():
        drawing = find(drawing_id)
        _file(drawing_id).unlink(missing_ok=True)
        return drawing


def remove_all() -> None:
    """Take all of them away, for ever."""
    with _alone():
        for file in folder().glob("*.json"):
            file.unlink(missing_ok=True)


def merge(others: Iterable[Drawing]) -> Merged:
    """Take in the drawings of others, all or none; each picture once.

    Raises DigitsError when there would be too many or one cannot be written.
    """
    with _alone():
        here = {drawing.id: drawing.label for drawing in drawings()}
        theirs: dict[str, Drawing] = {}
        for drawing in others:
            theirs.setdefault(drawing.id, drawing)
        new = [drawing for key, drawing in theirs.items() if key not in here]
        known = sum(here.get(key) == drawing.label for key, drawing in theirs.items())
        _check_room(len(new))
        written: list[Path] = []
        try:
            for drawing in new:
                written.append(_file(drawing.id))
                write_json(written[-1], drawing.as_dict())
        except DigitsError:
            for file in written:
                file.unlink(missing_ok=True)
            raise
    return Merged(len(new), known, len(theirs) - len(new) - known)


def _check_room(wanted: int) -> None:
    there = sum(1 for _ in folder().glob("*.json"))
    if there + wanted > MOST:
        raise DigitsError(
            f"My digits hold {there:,} drawings and {wanted:,} more came, expected at most {MOST:,} in all. "
            "Export them and delete some."
        )


def _file(drawing_id: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{16}", drawing_id):
        raise DigitsError(f"{drawing_id[:40]!r} is no drawing of My digits.")
    return folder() / f"{drawing_id}.json"


def _alone() -> FileLock:
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitsError(f"Could not make {folder()}: {error.strerror}. Set DIGITS_HOME.") from error
    return FileLock(home() / "mine.lock")
