"""What people say about a run: its name, notes and tags, its place in the queue, and that it shall end."""

import json
from collections.abc import Iterable

from digits import permissions, tasks
from digits.permissions import Action
from digits.runs.run import MAX_TAGS, Run
from digits.runs.store.rows import find, update
from digits.storage import database
from digits.tasks import store as task_store


def rename(run_id: str, name: str) -> None:
    """Give a run a name of at most 80 characters; an empty one removes the name. Raises NotAllowed."""
    with database.writing() as connection:
        permissions.demand(Action.ANNOTATE, find(connection, run_id).owner)
        update(connection, run_id, name=plain(name))


def annotate(run_id: str, notes: str, tags: Iterable[str]) -> None:
    """Keep notes of at most 500 characters and at most MAX_TAGS tags of at most 30. Raises NotAllowed."""
    kept = list(dict.fromkeys(tag for text in tags if (tag := plain(text, 30))))[:MAX_TAGS]  # each once, in their order
    with database.writing() as connection:
        permissions.demand(Action.ANNOTATE, find(connection, run_id).owner)
        update(connection, run_id, notes=plain(notes, 500), tags=json.dumps(kept, ensure_ascii=False))


def stop(run: Run, what: str = "stop") -> None:
    """Ask a run to `stop` and keep its model so far, or to `pause` and free the device after a checkpoint.

    Raises NotAllowed, as all of this module do.
    """
    tasks.stop(run.task_id, what)


def move(run: Run, place: int) -> None:
    """Move a queued run to that place among its owner's, 1 for the first. Raises RunBusy if it is not queued."""
    task_store.move(run.task_id, place)


def plain(text: str, length: int = 80) -> str:
    """Return one line of at most `length` characters, without controls, NUL and characters that reverse directions."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:length].rstrip()
