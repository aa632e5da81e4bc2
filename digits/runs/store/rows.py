"""From the rows of the database to a Run, and back."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from digits.errors import UnknownRun
from digits.networks.settings import Settings, read_settings
from digits.runs.run import FINISHED, Model, Run, RunState
from digits.storage import database
from digits.storage.files import StoredFile
from digits.storage.home import run_folder
from digits.tasks import Task
from digits.tasks.task import COLUMNS

SELECT = f"""SELECT runs.*, {COLUMNS},
  (SELECT max(epoch) FROM epochs WHERE run = runs.id) AS epochs_done,
  (SELECT val_accuracy FROM epochs WHERE run = runs.id ORDER BY epoch DESC LIMIT 1) AS val_accuracy
FROM runs JOIN tasks ON tasks.id = runs.task LEFT JOIN workers ON workers.id = tasks.worker"""


def find(connection: sqlite3.Connection, run_id: str) -> Run:
    """Return a run, in a transaction of the caller. Raises UnknownRun."""
    row = connection.execute(f"{SELECT} WHERE runs.id = ?", (run_id,)).fetchone()
    if row is None:
        raise _gone(run_id)
    return run_from(row)


def update(connection: sqlite3.Connection, run_id: str, **values: Any) -> None:
    """Change some columns of a run, in a transaction of the caller. Raises UnknownRun."""
    names = ", ".join(f"{name} = ?" for name in values)
    if not connection.execute(f"UPDATE runs SET {names} WHERE id = ?", (*values.values(), run_id)).rowcount:
        raise _gone(run_id)


def moment(connection: sqlite3.Connection) -> str:
    """Return now, ISO 8601, UTC, for a choice or a publication: where the clock was set back, just after the latest."""
    times = "SELECT chosen AS time FROM choices UNION ALL SELECT published FROM runs"
    latest = connection.execute(f"SELECT max(time) FROM ({times})").fetchone()[0]
    now = datetime.now(UTC)
    return (max(now, datetime.fromisoformat(latest) + timedelta(microseconds=1)) if latest else now).isoformat()


@database.parsing()
def run_from(row: sqlite3.Row) -> Run:
    """Return the run in a row of SELECT."""
    task = Task.from_row(row)
    state = RunState.of(task.state, row["stage"], row["ended"])
    is_at_its_end = state in (RunState.DONE, RunState.STOPPED) and row["stage"] == FINISHED
    return Run(
        **{
            name: row[name]
            for name in ("id", "number", "owner", "created", "name", "notes", "num_epochs", "val_accuracy", "stage")
        },
        tags=json.loads(row["tags"]),
        settings=parsed(row["settings"]),
        epochs_done=row["epochs_done"] or 0,
        state=state,
        model=_model(row) if row["model"] else None,
        phase=task.phase,
        fraction=task.fraction,
        cause="" if is_at_its_end else task.cause,
        request=task.request,
        is_responding=task.is_responding,
        task_id=task.id,
        details=json.loads(row["details"]),
    )


def _model(row: sqlite3.Row) -> Model:
    described = json.loads(row["model"])
    files = {name: StoredFile(**stored) for name, stored in described["files"].items()}
    layers = {name: tuple(shape) for name, shape in described["layers"].items()}
    return Model(run_folder(row["id"]), files, layers, row["temperature"])


@lru_cache(maxsize=256)
def parsed(text: str) -> Settings:
    """Return stored settings, checked only once: most runs of a page share theirs, and to check is most of the work."""
    return read_settings(json.loads(text))


def _gone(run_id: str) -> UnknownRun:
    return UnknownRun("There is no such run any more.", f"It was {run_id[:64]!r}.")
