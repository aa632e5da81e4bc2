"""The class' collection: drawings that their makers share with their class, and the networks that learn from it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from digits import classes, permissions, tasks
from digits.classes import Class
from digits.drawings.drawing import SIDE, drawing_id
from digits.errors import DigitsError
from digits.evaluation import fine_tune_result
from digits.permissions import Action
from digits.runs import continued
from digits.runs import store as runs
from digits.runs.run import Run
from digits.storage import database
from digits.training.fine_tuning import fine_tune_settings

SHARED = "FROM drawings JOIN members ON members.id = drawings.owner WHERE class = ? AND shared"
NEWEST = "ORDER BY drawings.created DESC, drawings.id DESC"


@dataclass(frozen=True)
class Collection:
    """Drawings, the newest first."""

    ids: list[str]
    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink."""
    labels: np.ndarray
    """(n,) uint8, 0 to 9."""
    owners: list[str]


@dataclass(frozen=True)
class Score:
    """How many of some held-out drawings a network predicted correctly, before and after it was fine-tuned."""

    n: int
    before: int
    after: int


@database.parsing()
def collected(of: Class) -> Collection:
    """Return what the members of a class share. Raises StoreUnavailable."""
    rows = database.rows(f"SELECT drawings.id, label, seen, owner {SHARED} {NEWEST}", (of.id,))
    images = np.frombuffer(b"".join(row["seen"] for row in rows), np.uint8).reshape(-1, SIDE, SIDE)
    labels = np.array([row["label"] for row in rows], np.uint8)
    return Collection([row["id"] for row in rows], images, labels, [row["owner"] for row in rows])


def num_shared(owner: str) -> int:
    """Return how many drawings somebody shares."""
    return database.first("SELECT count(*) FROM drawings WHERE owner = ? AND shared", (owner,))[0]


def is_shared(owner: str, drawing: str) -> bool:
    """Return whether somebody shares their drawing with that id."""
    return database.first("SELECT 1 FROM drawings WHERE id = ? AND owner = ? AND shared", (drawing, owner)) is not None


def share(owner: str, shared: bool, drawing: str = "") -> None:
    """Put all drawings of somebody, or the one with that id, into the collection of their class, or take them out.

    Raises DigitsError if that person is in no open class, NotAllowed.
    """
    permissions.demand(Action.ANNOTATE, owner)
    if shared and classes.member(owner) is None:
        raise DigitsError("Only members of an open class have somebody to share with. Join a class first.")
    database.change("UPDATE drawings SET shared = ? WHERE owner = ? AND ? IN ('', id)", (shared, owner, drawing))


def begin(of: Class, parent: Run, *, owner: str) -> Run:
    """Queue a run of `owner` that continues from `parent` with the collection. It keeps its own copy of both.

    Raises DigitsError if there are too few drawings or no model, DamagedFile, NotAllowed.
    """
    permissions.demand(Action.USE, parent.owner)
    parent.demand_model("fine-tune")
    found = collected(of)
    settings = fine_tune_settings(parent.settings, parent.id)
    name = f"Class {of.name}"
    run = continued.begin(parent, settings, found.images, found.labels, name=name, owner=owner, queued=False)
    database.change("UPDATE runs SET collection = ? WHERE id = ?", (of.id, run.id))
    tasks.submit("train", run.id, owner=owner, lane=tasks.TRAINING)
    return runs.get(run.id)


def newest_run(of: Class, owner: str) -> Run | None:
    """Return the newest run that `owner` fine-tuned with the collection; None if there is none."""
    row = database.first(
        "SELECT id FROM runs WHERE collection = ? AND owner = ? ORDER BY created DESC, id DESC LIMIT 1", (of.id, owner)
    )
    return runs.get(row["id"]) if row else None


def by_person(of: Class, run: Run) -> dict[str, Score]:
    """Return the score of each member on their held-out drawings, by member id.

    Whatever is no longer shared counts for "". Raises DamagedFile.
    """
    found = collected(of)
    owners = dict(zip(found.ids, found.owners, strict=True))
    seen = [owners.get(drawing_id(image), "") for image in fine_tune_result.drawings(run).images]
    return _scores(run, lambda place, row: seen[place])


def by_digit(run: Run) -> dict[int, Score]:
    """Return the score on the held-out drawings of each digit."""
    return dict(sorted(_scores(run, lambda place, row: row["label"]).items()))


def _scores(run: Run, key: Callable[[int, dict], Hashable]) -> dict:
    compared = fine_tune_result.stored(run)
    groups: dict[Hashable, list[dict]] = {}
    for place, row in enumerate(compared["drawings"] if compared else []):
        if row["held_out"]:
            groups.setdefault(key(place, row), []).append(row)
    return {
        group: Score(
            len(rows),
            sum(row["before"] == row["label"] for row in rows),
            sum(row["after"] == row["label"] for row in rows),
        )
        for group, rows in groups.items()
    }
