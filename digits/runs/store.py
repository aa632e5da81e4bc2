"""All runs in the database. The only place that makes, continues and deletes them."""

import json
import re
import sqlite3
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from digits import tasks
from digits.errors import BadConfig, DigitsError, RunBusy, UnknownRun
from digits.networks.settings import Settings, read_settings
from digits.runs import starter
from digits.runs.run import FINISHED, MAX_EPOCHS, MAX_TAGS, STARTER, Model, Run, RunState
from digits.storage import database, deletion
from digits.storage.files import UNFINISHED_SECONDS, StoredFile, sweep_unfinished
from digits.storage.home import home, run_folder
from digits.tasks import TRAINING, Task, places
from digits.tasks import store as task_store
from digits.tasks.task import COLUMNS

SELECT = f"""SELECT runs.*, {COLUMNS},
  (SELECT max(epoch) FROM epochs WHERE run = runs.id) AS epochs_done,
  (SELECT val_accuracy FROM epochs WHERE run = runs.id ORDER BY epoch DESC LIMIT 1) AS val_accuracy
FROM runs JOIN tasks ON tasks.id = runs.task LEFT JOIN workers ON workers.id = tasks.worker"""
FOUND = """instr(casefold(runs.id || ' ' || name || ' run ' || runs.number || ' ' || tags || ' ' || notes || ' '
  || runs.architecture), ?)"""
NEWEST = "ORDER BY runs.created DESC, runs.id DESC"


# Asking


def get(run_id: str) -> Run:
    """Return the run with this id; "starter" is the bundled one. Raises UnknownRun."""
    if run_id == STARTER:
        return starter.run()
    rows = _rows(f"{SELECT} WHERE runs.id = ?", run_id) if re.fullmatch(r"[a-z0-9-]{1,64}", run_id) else []
    if not rows:
        raise UnknownRun("There is no such run.", f"{run_id[:64]!r} is none; list them: python -m digits runs")
    return _run(rows[0])


def page(limit: int = 50, offset: int = 0, search: str = "") -> list[Run]:
    """Return some of the runs, the newest first: those whose name, id, tags, notes or network contain `search`."""
    rows = _rows(f"{SELECT} WHERE {FOUND} {NEWEST} LIMIT ? OFFSET ?", search.casefold(), limit, offset)
    return [_run(row) for row in rows]


def count(search: str = "") -> int:
    """Return how many runs `page` finds in all."""
    return _rows(f"SELECT count(*) AS n FROM runs WHERE {FOUND}", search.casefold())[0]["n"]


def with_model(limit: int = 50) -> list[Run]:
    """Return the newest runs that have a model, or the weights to make one from."""
    weights = "EXISTS (SELECT 1 FROM run_files WHERE run = runs.id AND kind = 'weights')"
    return [_run(row) for row in _rows(f"{SELECT} WHERE model IS NOT NULL OR {weights} {NEWEST} LIMIT ?", limit)]


def followable(limit: int = 100) -> list[Run]:
    """Return the newest runs that are at work or have kept their epochs: a drawing can be predicted along them."""
    kept = "EXISTS (SELECT 1 FROM run_files WHERE run = runs.id AND kind = 'snapshot')"
    at_work = "tasks.state IN ('queued', 'running')"
    return [_run(row) for row in _rows(f"{SELECT} WHERE {at_work} OR {kept} {NEWEST} LIMIT ?", limit)]


def active() -> list[Run]:
    """Return every run that waits or is at work, the newest first."""
    rows = _rows(f"{SELECT} WHERE tasks.state IN ('queued', 'running') {NEWEST}")
    return [run for row in rows if not (run := _run(row)).state.is_final]


def unfinished() -> list[Run]:
    """Return every run whose worker vanished, or does not respond."""
    runs = [_run(row) for row in _rows(f"{SELECT} WHERE tasks.state IN ('running', 'lost') {NEWEST}")]
    return [run for run in runs if run.state == RunState.LOST or not run.is_responding]


def queue() -> list[Run]:
    """Return the runs that wait for the device, the next to start first."""
    return [_run(row) for row in _rows(f"{SELECT} WHERE tasks.state = 'queued' ORDER BY tasks.place, tasks.id")]


@database.parsing()
def epochs(run_id: str) -> list[dict[str, Any]]:
    """Return a row for each finished epoch: {epoch, seconds, loss, accuracy, val_loss, val_accuracy, learning_rate}.

    In a race also {leader, racers}.
    """
    if run_id == STARTER:
        return starter.epochs()
    rows = _rows("SELECT numbers FROM epochs WHERE run = ? ORDER BY epoch", run_id)
    return [json.loads(row["numbers"]) for row in rows]


def ticks(run_id: str) -> list[dict[str, float]]:
    """Return a row for each report within an epoch: {epoch, step, steps, loss, accuracy}."""
    rows = _rows("SELECT epoch, step, steps, loss, accuracy FROM ticks WHERE run = ? ORDER BY epoch, step", run_id)
    return [dict(row) for row in rows]


def last_tick(run_id: str) -> dict[str, float] | None:
    """Return the newest of the ticks."""
    rows = _rows(
        "SELECT epoch, step, steps, loss, accuracy FROM ticks WHERE run = ? ORDER BY epoch DESC, step DESC LIMIT 1",
        run_id,
    )
    return dict(rows[0]) if rows else None


def files(run_id: str, kind: str) -> dict[int, StoredFile]:
    """Return the checkpoints, snapshots or fine_tune_data of a run by their epoch, the first one first."""
    rows = _rows("SELECT epoch, name, sha256 FROM run_files WHERE run = ? AND kind = ? ORDER BY epoch", run_id, kind)
    return {row["epoch"]: StoredFile(row["name"], row["sha256"]) for row in rows}


# Making, continuing, deleting


def create(settings: Settings, *, owner: str = tasks.LOCAL, name: str = "", queued: bool = True) -> Run:
    """Make a new run. Raises StoreUnavailable.

    queued: whether its training waits in the queue at once; otherwise somebody does it or queues it afterwards.
    """
    now = datetime.now(UTC)
    base = f"{now:%Y%m%d-%H%M%S}-{settings.architecture}"
    with database.writing() as connection:
        names = (base if number == 1 else f"{base}-{number}" for number in range(1, 100_000))
        run_id = next(name for name in names if is_free(connection, name) and not run_folder(name).exists())
        task = task_store.enqueue(connection, "train", run_id, owner=owner, lane=TRAINING)
        if not queued:
            connection.execute("UPDATE tasks SET state = 'stopped' WHERE id = ?", (task,))
        insert(connection, run_id, settings, task, owner=owner, created=now.isoformat(), name=name)
    return get(run_id)


def is_free(connection: sqlite3.Connection, run_id: str) -> bool:
    """Return whether no run has this id, and no folder of an earlier one waits to be removed."""
    known = connection.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone()
    return known is None and not deletion.is_discarded(connection, run_folder(run_id))


def insert(
    connection: sqlite3.Connection, run_id: str, settings: Settings, task: int, *, owner: str, created: str, name: str
) -> None:
    """Add the row of a run."""
    connection.execute(
        """INSERT INTO runs (id, owner, created, name, settings, architecture, num_epochs, task)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            run_id, owner, created, plain(name), json.dumps(settings.as_dict()), settings.architecture, settings.epochs,
            task,
        ),
    )  # fmt: skip


def resume(run_id: str, epochs: int | None = None, *, queued: bool = True) -> Run:
    """Let an ended run continue from its last checkpoint, or, where only its evaluation is missing, do that again.

    Its model stays in use until the next one is published. epochs: the last epoch, where it is to have more than
    before. A schedule stays as it was planned; the epochs beyond it learn at a constant rate, a tenth of the highest.
    Raises RunBusy while it waits or is at work, BadConfig for a number of epochs that makes no sense.
    """
    if run_id == STARTER:
        raise DigitsError("The starter model comes with Digits and cannot be continued. Train a network of your own.")
    with database.writing() as connection:
        places.reap(connection)
        run = _get(connection, run_id)
        if not run.state.is_final:
            raise RunBusy(f"This run is {run.state} already.", f"It is {run.id}.")
        is_done = run.state == RunState.DONE
        if is_done and epochs is None:
            raise BadConfig(f"This run has done all its {run.num_epochs} epochs. Ask for more of them.")
        least = run.num_epochs + is_done
        wanted = epochs or least
        if not least <= wanted <= MAX_EPOCHS:
            raise BadConfig(f"Epochs is {wanted}; expected a last epoch from {least} to {MAX_EPOCHS:,}.")
        evaluates = run.lacks_evaluation and wanted == run.num_epochs
        connection.execute(
            "UPDATE runs SET num_epochs = ?, stage = ? WHERE id = ?",
            (wanted, RunState.EVALUATING if evaluates else RunState.STARTING, run_id),
        )
        if queued:
            task_store.enqueue(connection, "train", run_id, owner=run.owner, lane=TRAINING)
        else:  # a finished one is not done any more, even if nobody comes to continue it
            connection.execute("UPDATE tasks SET state = 'stopped' WHERE id = ?", (run.task_id,))
    return get(run_id)


def delete(run_id: str) -> None:
    """Remove a run for ever. Raises RunBusy while anything is at work on it."""
    if run_id == STARTER:
        raise DigitsError("The starter model comes with Digits and cannot be deleted.")
    with database.writing() as connection:
        places.reap(connection)
        run = _get(connection, run_id)
        busy = connection.execute(
            "SELECT kind FROM tasks WHERE subject = ? AND state IN ('queued', 'running')", (run_id,)
        ).fetchone()
        if busy:
            doing = run.state if busy["kind"] == "train" else "being evaluated"
            raise RunBusy(f"This run is {doing}. Stop it first, or wait until it is done.", f"It is {run_id}.")
        connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))
        deletion.discard(connection, run_folder(run_id))
    deletion.collect()


def sweep() -> None:
    """Remove what nobody owns and nobody has touched for an hour: what killed processes left half-written, and folders
    without a run, from an import that was killed or a worker that came back after its run was deleted.
    """
    folder, oldest = home() / "runs", time.time() - UNFINISHED_SECONDS
    found = [path for path in folder.iterdir() if path.stat().st_mtime < oldest] if folder.is_dir() else []
    known = {row["id"] for row in _rows("SELECT id FROM runs")}
    if strange := [path for path in found if path.name not in known]:
        with database.writing() as connection:
            for path in strange:
                if not connection.execute("SELECT 1 FROM runs WHERE id = ?", (path.name,)).fetchone():
                    deletion.discard(connection, path)
    sweep_unfinished(home())
    deletion.collect()


# Saying something of a run


def rename(run_id: str, name: str) -> None:
    """Give it a name of at most 80 characters; an empty one takes the name away."""
    with database.writing() as connection:
        update(connection, run_id, name=plain(name))


def annotate(run_id: str, notes: str, tags: Iterable[str]) -> None:
    """Keep notes of at most 500 characters and at most MAX_TAGS tags of at most 30."""
    kept = list(dict.fromkeys(tag for text in tags if (tag := plain(text, 30))))[:MAX_TAGS]  # each once, in their order
    with database.writing() as connection:
        update(connection, run_id, notes=plain(notes, 500), tags=json.dumps(kept, ensure_ascii=False))


def stop(run: Run, what: str = "stop") -> None:
    """Ask a run to `stop`, keeping its model so far, or to `pause`, leaving the device after a checkpoint."""
    tasks.stop(run.task_id, what)


def move(run: Run, place: int) -> None:
    """Let a queued run wait at that place, 1 for the next to start. Raises RunBusy where it does not wait."""
    task_store.move(run.task_id, place)


def how_it_ended(run_id: str) -> str:
    """Return how the training of the present model ended: done or stopped; empty before."""
    return _rows("SELECT ended FROM runs WHERE id = ?", run_id)[0]["ended"]


def plain(text: str, length: int = 80) -> str:
    """Return one line of at most `length` characters, without controls, NUL and turned directions."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:length].rstrip()


def _rows(statement: str, *values: Any) -> list[sqlite3.Row]:
    with database.reading() as connection:
        connection.create_function("casefold", 1, str.casefold)  # SQLite's lower() knows the English letters alone
        return connection.execute(statement, values).fetchall()


def _get(connection: sqlite3.Connection, run_id: str) -> Run:
    row = connection.execute(f"{SELECT} WHERE runs.id = ?", (run_id,)).fetchone()
    if row is None:
        raise UnknownRun("There is no such run any more.", f"It was {run_id[:64]!r}.")
    return _run(row)


@lru_cache(maxsize=256)
def _settings(text: str) -> Settings:
    """Most runs of a page have settings that others have, too; checking them is most of the work of reading a run."""
    return read_settings(json.loads(text))


@database.parsing()
def _run(row: sqlite3.Row) -> Run:
    task = Task.from_row(row)
    model = None
    if row["model"]:
        described = json.loads(row["model"])
        model_files = {name: StoredFile(**stored) for name, stored in described["files"].items()}
        layers = {name: tuple(shape) for name, shape in described["layers"].items()}
        model = Model(run_folder(row["id"]), model_files, layers, row["temperature"])
    state = RunState.of(task.state, row["stage"], row["ended"])
    return Run(
        id=row["id"],
        number=row["number"],
        owner=row["owner"],
        created=row["created"],
        name=row["name"],
        notes=row["notes"],
        tags=json.loads(row["tags"]),
        settings=_settings(row["settings"]),
        num_epochs=row["num_epochs"],
        epochs_done=row["epochs_done"] or 0,
        val_accuracy=row["val_accuracy"],
        state=state,
        stage=row["stage"],
        model=model,
        phase=task.phase,
        fraction=task.fraction,
        cause="" if state in (RunState.DONE, RunState.STOPPED) and row["stage"] == FINISHED else task.cause,
        request=task.request,
        is_responding=task.is_responding,
        task_id=task.id,
        details=json.loads(row["details"]),
    )


def update(connection: sqlite3.Connection, run_id: str, **values: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in values)
    if not connection.execute(f"UPDATE runs SET {names} WHERE id = ?", (*values.values(), run_id)).rowcount:
        raise UnknownRun("There is no such run any more.", f"It was {run_id[:64]!r}.")
