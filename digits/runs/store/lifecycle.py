"""Make, continue and delete runs. Each may raise NotAllowed."""

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from digits import permissions, tasks
from digits.errors import BadConfig, DigitsError, DiskFull, RunBusy
from digits.networks.settings import Settings
from digits.permissions import Action
from digits.runs.run import MAX_EPOCHS, STARTER, Run, RunState
from digits.runs.store.annotations import plain
from digits.runs.store.queries import get
from digits.runs.store.rows import find, update
from digits.storage import database, deletion
from digits.storage.files import UNFINISHED_SECONDS, sweep_unfinished
from digits.storage.home import home, run_folder
from digits.tasks import TRAINING, TaskState, supervision
from digits.tasks import store as task_store
from digits.tasks.task import COLUMNS, FROM


def create(
    settings: Settings,
    *,
    owner: str = tasks.LOCAL,
    name: str = "",
    queued: bool = True,
    part: str = "",
    lane: str = TRAINING,
    along: Callable[[sqlite3.Connection, str], None] = lambda connection, run_id: None,
) -> Run:
    """Make a new run. Raises StoreUnavailable, QueueFull.

    queued: whether its training waits in the queue at once; otherwise the caller does it or queues it afterwards.
    part: of the pipeline, if it is not to come to its end. along: called with the connection and the run's id, to store
    something else in the same step.
    """
    permissions.demand(Action.CREATE, owner)
    now = datetime.now(UTC)
    base = f"{now:%Y%m%d-%H%M%S}-{settings.architecture}"
    with database.writing() as connection:
        ids = (base if number == 1 else f"{base}-{number}" for number in range(1, 100_000))
        run_id = next(each for each in ids if is_free(connection, each) and not run_folder(each).exists())
        state = TaskState.QUEUED if queued else TaskState.STOPPED
        insert(
            connection, run_id, settings, state, owner=owner, part=part, lane=lane,
            created=now.isoformat(), name=plain(name),
        )  # fmt: skip
        along(connection, run_id)
    return get(run_id)


def is_free(connection: sqlite3.Connection, run_id: str) -> bool:
    """Return whether no run has this id, and no folder of a deleted one waits for its removal."""
    known = connection.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone()
    return known is None and not deletion.is_discarded(connection, run_folder(run_id))


def insert(
    connection: sqlite3.Connection,
    run_id: str,
    settings: Settings,
    state: TaskState,
    *,
    owner: str,
    part: str = "",
    lane: str = TRAINING,
    **columns: Any,
) -> None:
    """Add the row of a run and its task, in a transaction of the caller. state, part, lane: of the task."""
    task = task_store.enqueue(connection, "train", run_id, part, owner=owner, lane=lane, state=state)
    values = {
        "id": run_id,
        "owner": owner,
        "settings": json.dumps(settings.as_dict()),
        "architecture": settings.architecture,
        "num_epochs": settings.epochs,
        "task": task,
    } | columns
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO runs ({', '.join(values)}) VALUES ({marks})", values)


def resume(run_id: str, epochs: int | None = None, *, queued: bool = True) -> Run:
    """Let an ended run continue from its last checkpoint, or repeat its evaluation if only that is missing.

    Its model stays in use until the next one is published. epochs: the last epoch, if the run is to have more than
    before. A schedule stays as it was planned; the epochs beyond it learn at a constant rate, a tenth of the highest.
    Raises RunBusy while the run waits or is at work, QueueFull, BadConfig for a number of epochs that makes no sense.
    """
    if run_id == STARTER:
        raise DigitsError("The starter model comes with Digits and cannot be continued. Train a network of your own.")
    with database.writing() as connection:
        supervision.reap(connection)
        run = find(connection, run_id)
        permissions.demand(Action.CONTINUE, run.owner)
        if not run.state.is_final:
            raise RunBusy(f"This run is {run.state} already.", f"It is {run.id}.")
        is_done = run.state == RunState.DONE
        if run.settings.members and (is_done or epochs):
            raise BadConfig("An ensemble is not trained. Continue the training of its members, then join them again.")
        if is_done and epochs is None:
            raise BadConfig(f"This run has done all its {run.num_epochs} epochs. Ask for more of them.")
        least = run.num_epochs + is_done
        wanted = epochs or least
        if not least <= wanted <= MAX_EPOCHS:
            raise BadConfig(f"Epochs is {wanted}; expected a last epoch from {least} to {MAX_EPOCHS:,}.")
        evaluates = run.lacks_evaluation and wanted == run.num_epochs
        stage = RunState.EVALUATING if evaluates else RunState.STARTING
        # Where nobody comes to continue it, a finished run is no longer done.
        state = TaskState.QUEUED if queued else TaskState.STOPPED
        task = task_store.enqueue(connection, "train", run_id, owner=run.owner, lane=run.lane, state=state)
        update(connection, run_id, num_epochs=wanted, stage=str(stage), task=task)  # that of a trial was another
    return get(run_id)


def delete(run_id: str) -> None:
    """Delete a run for ever, also on a full disk. Raises RunBusy while a worker is at it or its task waits."""
    if run_id == STARTER:
        raise DigitsError("The starter model comes with Digits and cannot be deleted.")
    try:
        _delete_row(run_id)
    except DiskFull:  # SQLite needs room even to delete a row; the run's own files make some
        with database.reading() as connection:
            _check_deletable(connection, run_id)
        if not deletion.remove_now(run_folder(run_id)):
            raise
        _delete_row(run_id)
    deletion.collect()


def sweep() -> None:
    """Remove what nobody owns and nobody has touched for an hour: half-written files of processes that were killed, and
    folders without a run, from an import that was killed or a worker that came back after its run was deleted.

    Those of a run that came to its end stay: somebody may have put an older database into the place of theirs.
    """
    folder, oldest = home() / "runs", time.time() - UNFINISHED_SECONDS
    # lstat: a link may lead nowhere.
    if found := [path for path in folder.iterdir() if path.lstat().st_mtime < oldest] if folder.is_dir() else ():
        with database.writing() as connection:
            known = {row["id"] for row in connection.execute("SELECT id FROM runs")}
            for path in found:
                if path.name not in known and not (path / "run.json").exists():
                    deletion.discard(connection, path)
    sweep_unfinished(home())
    deletion.collect()


def _delete_row(run_id: str) -> None:
    with database.writing() as connection:
        _check_deletable(connection, run_id)
        connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))
        deletion.discard(connection, run_folder(run_id))


def _check_deletable(connection: sqlite3.Connection, run_id: str) -> None:
    """Raise RunBusy if a task of the run waits or is at work, UnknownRun if there is no such run, NotAllowed."""
    run = find(connection, run_id)
    permissions.demand(Action.DELETE, run.owner)
    rows = connection.execute(f"SELECT {COLUMNS} {FROM} WHERE subject = ?", (run_id,)).fetchall()
    for task in map(tasks.Task.from_row, rows):
        if not task.state.is_final:
            doing = run.state if task.kind == "train" else "being evaluated"
            raise RunBusy(f"This run is {doing}. Stop it first, or wait until it is done.", f"It is {run_id}.")
