"""Sweeps and their trials in the database: what people see of a search."""

import json
import sqlite3
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from digits import permissions, tasks
from digits.errors import BadConfig, DigitsError, RunBusy
from digits.networks.settings import read_settings
from digits.permissions import Action
from digits.storage import database, deletion
from digits.storage.home import sweep_folder
from digits.storage.owners import Owners, by, owned
from digits.sweeps.plan import Plan
from digits.sweeps.space import grid_size
from digits.sweeps.trial import Trial
from digits.tasks import Task, TaskState
from digits.tasks import store as task_store
from digits.tasks.task import COLUMNS

KIND = "sweep"
MAX_GRID = 100_000  # points; the optimizer lists them all before the first trial


@dataclass(frozen=True)
class Sweep:
    """A search, as it was when somebody looked."""

    id: str
    number: int
    """1 for the first that was ever here."""
    owner: str
    created: str
    plan: Plan
    best: int | None
    """The number of the trial that won, once all have ended."""
    importance: dict[str, float]
    seconds: float
    task: Task

    @property
    def title(self) -> str:
        """What it is called everywhere."""
        return f"Sweep {self.number}"

    @property
    def state(self) -> TaskState:
        """That of its task."""
        return self.task.state


def create(plan: Plan, *, owner: str = tasks.LOCAL, queued: bool = True) -> Sweep:
    """Make a new sweep. queued: whether it waits for the device at once; otherwise the caller does it.

    Raises NotAllowed, BadConfig for a grid that is too large.
    """
    permissions.demand(Action.CREATE, owner)
    if plan.sampler == "grid" and (n := grid_size(plan.space)) > MAX_GRID:
        raise BadConfig(f"This grid has {n:,} points; expected at most {MAX_GRID:,}. Give each setting fewer choices.")
    now = datetime.now(UTC)
    base = f"sweep-{now:%Y%m%d-%H%M%S}"
    with database.writing() as connection:
        taken = {row["id"] for row in connection.execute("SELECT id FROM sweeps")}
        ids = (base if number == 1 else f"{base}-{number}" for number in range(1, 100_000))
        sweep_id = next(each for each in ids if each not in taken)
        values = (sweep_id, owner, now.isoformat(), json.dumps(plan.as_dict()))
        connection.execute("INSERT INTO sweeps (id, owner, created, plan) VALUES (?, ?, ?, ?)", values)
        _enqueue(connection, sweep_id, owner, queued)
    return get(sweep_id)


def resume(sweep: Sweep, *, queued: bool = True) -> None:
    """Let an ended sweep continue.

    Raises RunBusy while it waits or is at work, DigitsError if it is done, NotAllowed.
    """
    permissions.demand(Action.CONTINUE, sweep.owner)
    with database.writing() as connection:
        if not sweep.state.is_final:
            raise RunBusy("This sweep is at work already.", f"It is {sweep.id}.")
        if sweep.state == TaskState.DONE:
            raise DigitsError("This sweep is done. Start a new one.", f"It is {sweep.id}.")
        _enqueue(connection, sweep.id, sweep.owner, queued)


def get(sweep_id: str) -> Sweep:
    """Return the sweep with this id. Raises DigitsError."""
    if found := _sweeps("WHERE sweeps.id = :id", {"id": sweep_id}):
        return found[0]
    raise DigitsError("There is no such sweep.", f"{sweep_id[:64]!r} is unknown; see: python -m digits sweep --list")


def page(limit: int = 50, owners: Owners = None) -> list[Sweep]:
    """Return the newest sweeps of some owners, or of everybody."""
    condition = f"WHERE {owned('sweeps')} ORDER BY sweeps.number DESC LIMIT :limit"
    return _sweeps(condition, by(owners) | {"limit": limit})


@database.parsing()
def trials(sweep_id: str, *, repeats_best: bool = False, number: int | None = None) -> list[Trial]:
    """Return the trials of a sweep by their number.

    repeats_best: those of its winner with fresh seeds instead. number: of the only one that is wanted.
    """
    rows = database.rows(
        "SELECT * FROM trials WHERE sweep = ? AND repeats_best = ? AND number = coalesce(?, number) ORDER BY number",
        (sweep_id, repeats_best, number),
    )
    return [
        Trial(
            **dict(row)
            | {name: json.loads(row[name]) for name in ("params", "accuracies")}
            | {"repeats_best": bool(row["repeats_best"]), "settings": read_settings(json.loads(row["settings"]))}
        )
        for row in rows
    ]


def add_trial(connection: sqlite3.Connection, trial: Trial) -> None:
    """Add the row of a trial, in a transaction of the caller."""
    connection.execute(
        "INSERT INTO trials (sweep, repeats_best, number, params, settings, run) VALUES (?, ?, ?, ?, ?, ?)",
        (
            trial.sweep, trial.repeats_best, trial.number, json.dumps(trial.params),
            json.dumps(trial.settings.as_dict()), trial.run,
        ),
    )  # fmt: skip


def update_trial(trial: Trial, connection: sqlite3.Connection | None = None, **values: Any) -> Trial:
    """Note how far a trial is, in a transaction of the caller if there is one. Return it as it is now."""
    stored = {name: json.dumps(value) if name == "accuracies" else value for name, value in values.items()}
    names = ", ".join(f"{name} = ?" for name in stored)
    with nullcontext(connection) if connection else database.writing(durable="state" in values) as connection:
        connection.execute(
            f"UPDATE trials SET {names} WHERE sweep = ? AND repeats_best = ? AND number = ?",
            (*stored.values(), trial.sweep, trial.repeats_best, trial.number),
        )
    return replace(trial, **values)


def update(sweep_id: str, **values: Any) -> None:
    """Note the winner, the importance of the settings, or the seconds of a sweep."""
    stored = {name: json.dumps(value) if name == "importance" else value for name, value in values.items()}
    names = ", ".join(f"{name} = ?" for name in stored)
    statement = f"UPDATE sweeps SET {names} WHERE id = ?"
    database.change(statement, (*stored.values(), sweep_id), durable="best" in values)


def delete(sweep: Sweep) -> None:
    """Forget a sweep and its study; its runs stay. Raises RunBusy while it waits or is at work, NotAllowed."""
    permissions.demand(Action.DELETE, sweep.owner)
    with database.writing() as connection:
        if not sweep.state.is_final:
            raise RunBusy("This sweep is at work. Stop it first.", f"It is {sweep.id}.")
        connection.execute("DELETE FROM sweeps WHERE id = ?", (sweep.id,))
        deletion.discard(connection, sweep_folder(sweep.id))
    deletion.collect()


def _enqueue(connection: sqlite3.Connection, sweep_id: str, owner: str, queued: bool) -> None:
    state = TaskState.QUEUED if queued else TaskState.STOPPED
    task_store.enqueue(connection, KIND, sweep_id, owner=owner, lane=tasks.TRAINING, state=state)


@database.parsing()
def _sweeps(condition: str, values: dict[str, Any]) -> list[Sweep]:
    rows = database.rows(
        f"""SELECT sweeps.*, {COLUMNS} FROM sweeps JOIN tasks ON tasks.kind = '{KIND}' AND subject = sweeps.id
            LEFT JOIN workers ON workers.id = tasks.worker {condition}""",
        values,
    )
    return [
        Sweep(
            **{name: row[name] for name in ("id", "number", "owner", "created", "best", "seconds")},
            plan=Plan(**json.loads(row["plan"])),
            importance=json.loads(row["importance"]),
            task=Task.from_row(row),
        )
        for row in rows
    ]
