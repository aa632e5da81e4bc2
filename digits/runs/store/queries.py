"""Questions about runs. Asking changes nothing, not even on a home that does not exist."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from digits.errors import UnknownRun
from digits.networks.settings import Settings
from digits.runs import starter
from digits.runs.run import STARTER, Run, RunState
from digits.runs.store.rows import SELECT, parsed, run_from
from digits.storage import database
from digits.storage.files import StoredFile
from digits.storage.owners import Owners, by, owned
from digits.tasks.task import TRAINING
from digits.tasks.turns import ORDER

FOUND = """instr(casefold(runs.id || ' ' || name || ' run ' || runs.number || ' ' || tags || ' ' || notes || ' '
  || runs.architecture), :search)"""
OF = owned("runs")
NEWEST = "ORDER BY runs.created DESC, runs.id DESC"
TICKS = "SELECT epoch, step, steps, loss, accuracy FROM ticks WHERE run = ?"


def get(run_id: str) -> Run:
    """Return the run with this id; "starter" is the bundled one. Raises UnknownRun."""
    if run_id == STARTER:
        return starter.run()
    found = _runs("WHERE runs.id = ?", [run_id]) if re.fullmatch(r"[a-z0-9-]{1,64}", run_id) else []
    if not found:
        raise UnknownRun("There is no such run.", f"{run_id[:64]!r} is unknown; list them: python -m digits runs")
    return found[0]


def page(limit: int = 50, offset: int = 0, search: str = "", owners: Owners = None) -> list[Run]:
    """Return some of the runs, the newest first: those whose name, id, tags, notes or network contain `search`."""
    values = by(owners) | {"search": search.casefold(), "limit": limit, "offset": offset}
    return _runs(f"WHERE {FOUND} AND {OF} {NEWEST} LIMIT :limit OFFSET :offset", values)


def count(search: str = "", owners: Owners = None) -> int:
    """Return how many runs `page` finds in all."""
    values = by(owners) | {"search": search.casefold()}
    return database.first(f"SELECT count(*) AS n FROM runs WHERE {FOUND} AND {OF}", values)["n"]


def newest_of_each(owners: Collection[str]) -> dict[str, Run]:
    """Return the newest run of each of these owners, by owner; who has none is not there."""
    ranked = f"SELECT id, row_number() OVER (PARTITION BY owner {NEWEST}) AS rank FROM runs WHERE {OF}"
    found = _runs(f"WHERE runs.id IN (SELECT id FROM ({ranked}) WHERE rank = 1)", by(owners))
    return {run.owner: run for run in found}


def with_model(limit: int = 50, owners: Owners = None) -> list[Run]:
    """Return the newest runs that have a model, or the weights to make one from; trials only if they have a model."""
    is_trial = "EXISTS (SELECT 1 FROM trials WHERE run = runs.id)"
    usable = f"(model IS NOT NULL OR ({_has('weights')} AND NOT {is_trial}))"
    return _runs(f"WHERE {usable} AND {OF} {NEWEST} LIMIT :limit", by(owners) | {"limit": limit})


def followable(owners: Owners = None) -> list[Run]:
    """Return the newest runs that wait, are at work or have kept their epochs: drawings can be predicted along them."""
    has_epochs = f"(tasks.state IN ('queued', 'running') OR {_has('snapshot')})"
    return _runs(f"WHERE {has_epochs} AND {OF} {NEWEST} LIMIT 100", by(owners))


def learned_from(source: str) -> list[Run]:
    """Return the runs that learned from the digits of a source, the newest first."""
    learned = "? IN (json_extract(settings, '$.source'), json_extract(settings, '$.parent_source'))"
    return _runs(f"WHERE {learned} {NEWEST}", [source])


def active(owners: Owners = None) -> list[Run]:
    """Return every run that waits or is at work, the newest first."""
    found = _runs(f"WHERE tasks.state IN ('queued', 'running') AND {OF} {NEWEST}", by(owners))
    return [run for run in found if not run.state.is_final]


def unfinished() -> list[Run]:
    """Return every run whose worker vanished, or does not respond."""
    runs = _runs(f"WHERE tasks.state IN ('running', 'lost') {NEWEST}")
    return [run for run in runs if run.state == RunState.LOST or not run.is_responding]


def queue() -> list[Run]:
    """Return the runs that wait for the device, the next to start first."""
    return _runs(f"JOIN queue ON queue.id = tasks.id WHERE queue.lane = '{TRAINING}' {ORDER}")


def durations() -> list[tuple[Settings, float]]:
    """Return the settings of the 50 runs that were done last, and how many seconds a worker was at each."""
    rows = database.rows(
        """SELECT settings, seconds FROM runs JOIN tasks ON tasks.id = runs.task
           WHERE tasks.state = 'done' AND seconds > 0 AND part = '' AND num_epochs = json_extract(settings, '$.epochs')
           ORDER BY began DESC LIMIT 50"""
    )
    return [(parsed(row["settings"]), row["seconds"]) for row in rows]


@database.parsing()
def epochs(run_id: str) -> list[dict[str, Any]]:
    """Return a row for each finished epoch: {epoch, seconds, loss, accuracy, val_loss, val_accuracy, learning_rate}.

    In a race also {leader, racers}.
    """
    if run_id == STARTER:
        return starter.described()["epochs"]
    rows = database.rows("SELECT numbers FROM epochs WHERE run = ? ORDER BY epoch", [run_id])
    return [json.loads(row["numbers"]) for row in rows]


def ticks(run_id: str) -> list[dict[str, float]]:
    """Return a row for each report within an epoch: {epoch, step, steps, loss, accuracy}."""
    return [dict(row) for row in database.rows(f"{TICKS} ORDER BY epoch, step", [run_id])]


def last_tick(run_id: str) -> dict[str, float] | None:
    """Return the newest of the ticks."""
    row = database.first(f"{TICKS} ORDER BY epoch DESC, step DESC LIMIT 1", [run_id])
    return dict(row) if row else None


def files(run_id: str, kind: str) -> dict[int, StoredFile]:
    """Return the checkpoints, snapshots or fine_tune_data of a run by their epoch, the first one first."""
    question = "SELECT epoch, name, sha256 FROM run_files WHERE run = ? AND kind = ? ORDER BY epoch"
    rows = database.rows(question, [run_id, kind])
    return {row["epoch"]: StoredFile(row["name"], row["sha256"]) for row in rows}


def named_files(run: Run) -> list[StoredFile]:
    """Return every file in the run's folder that the database names; results name those in its subfolder."""
    rows = database.rows("SELECT name, sha256 FROM run_files WHERE run = ?", [run.id])
    model = list(run.model.files.values()) if run.model else []
    return model + [StoredFile(row["name"], row["sha256"]) for row in rows]


def how_it_ended(run_id: str) -> str:
    """Return how the training of the present model ended: done or stopped; empty before."""
    return database.first("SELECT ended FROM runs WHERE id = ?", [run_id])["ended"]


def _has(kind: str) -> str:
    return f"EXISTS (SELECT 1 FROM run_files WHERE run = runs.id AND kind = '{kind}')"


def _runs(condition: str, values: Sequence[str] | Mapping[str, Any] = ()) -> list[Run]:
    return [run_from(row) for row in database.rows(f"{SELECT} {condition}", values)]
