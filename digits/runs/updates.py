"""What the worker of a run writes: how far it is, its epochs, its files and its model.

Each of these first checks that this process still is the worker (`digits.storage.database.guarded`).
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from digits.runs.run import FINISHED, Run
from digits.runs.store.rows import moment, update
from digits.storage import database, deletion
from digits.storage.files import StoredFile
from digits.storage.home import run_folder

WEIGHTS = "weights"
"""The kind of the file that a run has instead of a model until somebody wants that: a trial, or an imported run."""


def set_stage(run_id: str, stage: str, **details: Any) -> None:
    """Note how far the pipeline is, and details of how it runs."""
    with database.writing() as connection:
        update(connection, run_id, stage=str(stage))
        _add_details(connection, run_id, details)


def add_details(run_id: str, **details: Any) -> None:
    """Note details of how it runs: device, library, memory, versions, seconds, a note."""
    with database.writing(durable=False) as connection:
        _add_details(connection, run_id, details)


def add_tick(run_id: str, tick: dict[str, float]) -> None:
    """Keep a report from within an epoch: {epoch, step, steps, loss, accuracy}."""
    statement = "INSERT OR REPLACE INTO ticks VALUES (:run, :epoch, :step, :steps, :loss, :accuracy)"
    database.change(statement, {"run": run_id, **tick}, durable=False)


def add_epoch(run_id: str, row: dict[str, Any]) -> None:
    """Keep the numbers of a finished epoch."""
    with database.writing(durable=False) as connection:
        add_epoch_within(connection, run_id, row)


def add_epoch_within(connection: sqlite3.Connection, run_id: str, row: dict[str, Any]) -> None:
    """Do the same in a transaction of the caller."""
    connection.execute(
        "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?)",
        (run_id, row["epoch"], row["val_accuracy"], json.dumps(row)),
    )


def return_to(run_id: str, rows: list[dict[str, Any]]) -> None:
    """Let the epochs be exactly those of a checkpoint; what came after it will be done again."""
    with database.writing() as connection:
        connection.execute("DELETE FROM ticks WHERE run = ? AND epoch > ?", (run_id, len(rows)))
        connection.execute("DELETE FROM epochs WHERE run = ?", (run_id,))
        for row in rows:
            add_epoch_within(connection, run_id, row)
        _discard_files(connection, run_id, "kind = 'snapshot' AND epoch > ?", len(rows))
    deletion.collect()


def add_file(run_id: str, kind: str, epoch: int, stored: StoredFile, *, keep: Iterable[int] | None = None) -> None:
    """Name a file that is complete on the disk. keep: the epochs whose files stay; all others of the kind go."""
    with database.writing(durable=kind == "checkpoint") as connection:
        # A file that somebody deleted may have had the same name as the new one, which must stay.
        _discard_files(connection, run_id, "kind = ? AND epoch = ?", kind, epoch, but=[stored])
        if keep is not None:
            kept = json.dumps([*keep])
            others = "kind = ? AND epoch NOT IN (SELECT value FROM json_each(?))"
            _discard_files(connection, run_id, others, kind, kept, but=[stored])
        add_file_within(connection, run_id, kind, epoch, stored)
    deletion.collect()


def add_file_within(connection: sqlite3.Connection, run_id: str, kind: str, epoch: int, stored: StoredFile) -> None:
    """Name a new file in a transaction of the caller."""
    row = run_id, kind, epoch, stored.name, stored.sha256
    connection.execute("INSERT INTO run_files VALUES (?, ?, ?, ?, ?)", row)


def keep_weights(run_id: str, stored: StoredFile, ended: str) -> None:
    """End a run with its weights alone, from which its model is made when somebody wants it; checkpoints go.

    ended: how the training ended, done or stopped.
    """
    with database.writing() as connection:
        update(connection, run_id, stage=FINISHED, ended=ended)
        _discard_files(connection, run_id, "kind IN ('checkpoint', ?)", WEIGHTS, but=[stored])
        add_file_within(connection, run_id, WEIGHTS, 0, stored)
    deletion.collect()


def publish_model(run_id: str, model_files: dict[str, StoredFile], layers: dict[str, list[int]], ended: str) -> None:
    """Replace the model of a run in one step; nothing derived from the old model holds for the new one.

    ended: how the training ended, done or stopped.
    """
    described = {"files": {name: vars(stored) for name, stored in model_files.items()}, "layers": layers}
    with database.writing() as connection:
        before = connection.execute("SELECT model FROM runs WHERE id = ?", (run_id,)).fetchone()["model"]
        update(
            connection, run_id, stage="evaluating", ended=ended, model=json.dumps(described), temperature=None,
            model_sha256=model_files["model.tflite"].sha256, published=moment(connection),
        )  # fmt: skip
        old = {stored["name"] for stored in json.loads(before)["files"].values()} if before else set()
        _discard(connection, run_id, old, but=model_files.values())
    deletion.collect()


def set_temperature(run: Run, temperature: float) -> None:
    """Calibrate the model of `run`, but no later model."""
    statement = "UPDATE runs SET temperature = ? WHERE id = ? AND model_sha256 = ?"
    database.change(statement, [temperature, run.id, run.model.sha256])


def _add_details(connection: sqlite3.Connection, run_id: str, details: dict[str, Any]) -> None:
    connection.execute("UPDATE runs SET details = json_patch(details, ?) WHERE id = ?", (json.dumps(details), run_id))


def _discard_files(
    connection: sqlite3.Connection, run_id: str, condition: str, *values: Any, but: Iterable[StoredFile] = ()
) -> None:
    removed = f"DELETE FROM run_files WHERE run = ? AND {condition} RETURNING name"
    names = {row["name"] for row in connection.execute(removed, (run_id, *values)).fetchall()}
    _discard(connection, run_id, names, but)


def _discard(connection: sqlite3.Connection, run_id: str, names: set[str], but: Iterable[StoredFile]) -> None:
    for name in names - {stored.name for stored in but}:
        deletion.discard(connection, run_folder(run_id) / name)
