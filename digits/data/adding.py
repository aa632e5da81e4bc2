"""Adding digits of one's own: read files, look at what was found, and keep it as a source or let it go.

What a browser uploads lies in DIGITS_HOME/uploads while a worker reads it and somebody looks at the result. It goes as
soon as the digits are kept or dropped, after an hour in any case.
"""

import json
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import permissions, tasks
from digits.data import own_sources
from digits.data.arranging import arrange, count_in_mnist
from digits.data.reading import Found, read
from digits.errors import DigitsError
from digits.permissions import Action
from digits.storage import database, files
from digits.storage.home import home

READ = "read"
"""The kind of the task that reads an upload; its subject is the id of the draft."""
UPLOAD_BYTES = 25 << 20  # of one file; the server and the proxy let no more through
ALL_BYTES = 50 << 20  # of all files of one upload; the server holds no more for one visitor
DRAFT_SECONDS = 3600.0
SHOWN = 1_000  # things that were passed over are kept for the preview
LONGEST = 200  # characters of what one is called, from its end: in a zip a name may have 65,535


@dataclass
class Draft(Found):
    """Digits that were read from an upload and are not kept yet: memory-mapped, and the first that were passed over."""

    num_passed_over: int = 0
    num_in_mnist: int = 0


def begin(uploads: Sequence[tuple[str, bytes]], *, owner: str) -> str:
    """Let a worker read uploaded files, (name, content) each. Return the id of the draft. Earlier ones are dropped.

    Raises DigitsError if they are too large or cannot be written, NotAllowed.
    """
    permissions.demand(Action.CREATE, owner)
    for most, size, what in (
        (UPLOAD_BYTES, max(len(content) for _, content in uploads), "A file has"),
        (ALL_BYTES, sum(len(content) for _, content in uploads), "These files have"),
    ):
        if size > most:
            raise DigitsError(f"{what} {size >> 20} MB; the limit is {most >> 20} MB. Zip them, or choose fewer.")
    drop(owner)
    sweep()
    draft = secrets.token_hex(8)
    for number, (name, content) in enumerate(uploads):
        plain = re.sub(r"[^\w. ()+-]", "_", name).encode()[-100:].decode(errors="ignore").strip(". ") or "file"
        files.atomic_write(_folder(draft) / "files" / str(number) / plain, lambda part, c=content: part.write_bytes(c))
    tasks.submit(READ, draft, owner=owner)
    return draft


def read_task(work: tasks.Work, draft: str, part: str) -> None:
    """Read the uploaded files of a draft, as a task, and remove them."""
    folder = _folder(draft)
    try:
        found = read(sorted((folder / "files").glob("*/*")), work.report)
        work.report(0.99, "Comparing with MNIST")
        said = {
            "passed_over": [(what[-LONGEST:], why) for what, why in found.passed_over[:SHOWN]],
            "num_passed_over": len(found.passed_over),
            "num_in_mnist": count_in_mnist(found.images),
        }
        for name in ("images", "labels", "is_test"):
            files.atomic_write(folder / f"{name}.npy", lambda part, name=name: np.save(part, getattr(found, name)))
        files.atomic_write(folder / "found.json", lambda part: part.write_text(json.dumps(said), encoding="utf-8"))
    finally:
        shutil.rmtree(folder / "files", ignore_errors=True)


def unfinished(owner: str) -> str | None:
    """Return the id of the draft of a visitor; None if there is none."""
    row = database.first("SELECT subject FROM tasks WHERE kind = ? AND owner = ? ORDER BY id DESC", [READ, owner])
    return row["subject"] if row and _folder(row["subject"]).is_dir() else None


def load(draft: str) -> Draft:
    """Return what was read. Raises DigitsError if it is gone."""
    folder = _folder(draft)
    try:
        said = json.loads((folder / "found.json").read_text(encoding="utf-8"))
        names = "images", "labels", "is_test"
        arrays = [np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names]
    except (OSError, ValueError) as error:
        raise DigitsError("These files are not here any more: they are kept for an hour. Upload them again.") from error
    return Draft(*arrays, **said)


def keep(draft: str, name: str, *, licence: str, origin: str, test_only: bool, owner: str, replace: bool) -> None:
    """Keep a draft as a source. replace: see `own_sources.check_name`. Raises BadConfig, DigitsError."""
    found = load(draft)
    digits = arrange(found, test_only=test_only, num_in_mnist=found.num_in_mnist)
    own_sources.publish(name, digits, licence=licence, origin=origin, owner=owner, replace=replace)
    drop(owner)


def drop(owner: str) -> None:
    """Remove what a visitor uploaded and has not kept, and the tasks that read it."""
    with database.writing() as connection:
        rows = connection.execute(
            "DELETE FROM tasks WHERE kind = ? AND owner = ? AND state != 'running' RETURNING subject", (READ, owner)
        ).fetchall()
    for row in rows:
        shutil.rmtree(_folder(row["subject"]), ignore_errors=True)


def sweep() -> None:
    """Remove the uploads that nobody has kept or dropped for an hour."""
    oldest = time.time() - DRAFT_SECONDS
    for folder in (home() / "uploads").glob("*"):
        with suppress(OSError):  # somebody else removes it just now
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder)


def _folder(draft: str) -> Path:
    return home() / "uploads" / draft
