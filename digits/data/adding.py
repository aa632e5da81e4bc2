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
from digits.data.dataset import NO_LABEL, is_available, open_dataset
from digits.data.own_sources import Digits
from digits.data.reading import Found, read
from digits.data.splits import mixed, set_apart
from digits.errors import DigitsError
from digits.permissions import Action
from digits.storage import database, files
from digits.storage.home import home

READ = "read"
"""The kind of the task that reads an upload; its subject is the id of the draft."""
UPLOAD_BYTES = 25 << 20  # of one file; the server and the proxy let no more through
ALL_BYTES = 50 << 20  # of all files of one upload; the server holds no more for one visitor
DRAFT_SECONDS = 3600.0
FEW = 10  # digits; with fewer of one kind, none could be set apart to validate and to test
SEED = 0
SHOWN = 1_000  # things that were passed over are kept for the preview
LONGEST = 200  # characters of what one is called, from its end: in a zip a name may have 65,535


@dataclass(frozen=True)
class Draft:
    """Digits that were read from an upload and are not kept yet."""

    images: np.ndarray
    """(n, 28, 28) uint8, memory-mapped."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9, or NO_LABEL for all."""
    is_test: np.ndarray
    """(n,) bool."""
    passed_over: list[tuple[str, str]]
    """What, and why: the first of them."""
    num_passed_over: int
    num_in_mnist: int


def arrange(found: Found | Draft, *, test_only: bool = False, num_in_mnist: int = 0) -> Digits:
    """Divide digits into those for training and those for testing, and mix them; the same digits give the same result.

    A test set of their own is kept as such, if it has every digit; otherwise a fifth of each digit tests. test_only:
    whether all of them do, as they also do where fewer than FEW of one digit could train.
    """
    images, labels, n = found.images, np.asarray(found.labels), len(found.labels)
    if not is_labelled(found):
        return Digits(images, labels, 0, 0, num_unlabelled=n, num_in_mnist=num_in_mnist)
    rng = np.random.default_rng(SEED)
    train, test = np.flatnonzero(~found.is_test), np.flatnonzero(found.is_test)
    if test_only or not can_train(found):
        train, test = np.array([], int), np.arange(n)
    elif len(np.unique(labels[test])) < 10:
        train, test = set_apart(labels, rng)
    order = np.concatenate([part[mixed(labels[part], rng)] for part in (train, test)])
    return Digits(images[order], labels[order], len(train), len(test), num_in_mnist=num_in_mnist)


def is_labelled(found: Found | Draft) -> bool:
    """Return whether the digits have labels."""
    return bool((found.labels != NO_LABEL).all())


def can_train(found: Found | Draft) -> bool:
    """Return whether there are enough labelled digits of every kind to learn from."""
    labels = np.asarray(found.labels)[~found.is_test]
    return is_labelled(found) and bool(np.bincount(labels, minlength=10).min() >= FEW)


def count_in_mnist(images: np.ndarray) -> int:
    """Return how many digits are also in MNIST, byte by byte; in its sample, where the whole is not on this machine."""
    known = {image.tobytes() for image in open_dataset("mnist" if is_available("mnist") else "sample").images}
    return sum(image.tobytes() in known for image in images)


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
