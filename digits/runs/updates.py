"""What the worker of a run writes: how far it is, its epochs, its files and its model.

Each of these first checks that it still is the worker (`digits.storage.database.guarded`).
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from digits.runs.run import Run
from digits.runs.store import update
from digits.storage import database, deletion
from digits.storage.files import StoredFile
from digits.storage.home import run_folder


def set_stage(run_id: str, stage: str, **details: Any) -> None:
    """Say how far the pipeline is, and what is known of how it runs."""
    with database.writing() as connection:
        update(connection, run_id, stage=str(stage))
        _detail(connection, run_id, details)


def add_details(run_id: str, **details: Any) -> None:
    """Say what is known of how it runs: device, library, memory, versions, seconds, a note."""
    with database.writing(durable=False) as connection:
        _detail(connection, run_id, details)


def add_tick(run_id: str, tick: dict[str, float]) -> None:
    """Keep a report from within an epoch: {epoch, step, steps, loss, accuracy}."""
    with database.writing(durable=False) as connection:
        connection.execute(
            "INSERT OR REPLACE INTO ticks VALUES (:run, :epoch, :step, :steps, :loss, :accuracy)",
            {"run": run_id, **tick},
        )


def add_epoch(run_id: str, row: dict[str, Any]) -> None:
    """Keep the numbers of a finished epoch."""
    with database.writing(durable=False) as connection:
        add_epoch_within(connection, run_id, row)


def return_to(run_id: str, rows: list[dict[str, Any]]) -> None:
    """Let the epochs be those of a checkpoint, exactly; what came after it is done again."""
    with database.writing() as connection:
        for table in ("epochs", "ticks"):
            connection.execute(f"DELETE FROM {table} WHERE run = ? AND epoch > ?", (run_id, len(rows)))
        connection.execute("DELETE FROM epochs WHERE run = ?", (run_id,))
        for row in rows:
            add_epoch_within(connection, run_id, row)
        for stored in _drop_files(connection, run_id, "snapshot", lambda epoch: epoch > len(rows)):
            deletion.discard(connection, run_folder(run_id) / stored)
    deletion.collect()


def add_file(run_id: str, kind: str, epoch: int, stored: StoredFile, *, keep: Iterable[int] | None = None) -> None:
    """Name a file that is whole on the disk. keep: the epochs whose files stay; all others of the kind go."""
    with database.writing(durable=kind == "checkpoint") as connection:
        old = _drop_files(connection, run_id, kind, lambda number: number == epoch)
        connection.execute(
            "INSERT INTO run_files VALUES (?, ?, ?, ?, ?)", (run_id, kind, epoch, stored.name, stored.sha256)
        )
        if keep is not None:
            kept = {*keep, epoch}
            old += _drop_files(connection, run_id, kind, lambda number: number not in kept)
        for name in set(old) - {stored.name}:  # the new file has the name of one that somebody deleted
            deletion.discard(connection, run_folder(run_id) / name)
    deletion.collect()


def publish_model(run_id: str, model_files: dict[str, StoredFile], layers: dict[str, list[int]], ended: str) -> None:
    """Put a new model in the place of the old one, in one step; nothing derived from the old one holds for it.

    ended: how the training ended, done or stopped.
    """
    described = {"files": {name: vars(stored) for name, stored in model_files.items()}, "layers": layers}
    with database.writing() as connection:
        before = connection.execute("SELECT model FROM runs WHERE id = ?", (run_id,)).fetchone()["model"]
        update(
            connection, run_id, stage="evaluating", ended=ended, model=json.dumps(described), temperature=None,
            model_sha256=model_files["model.tflite"].sha256, published=datetime.now(UTC).isoformat(),
        )  # fmt: skip
        old = {stored["name"] for stored in json.loads(before)["files"].values()} if before else set()
        for name in old - {stored.name for stored in model_files.values()}:
            deletion.discard(connection, run_folder(run_id) / name)
    deletion.collect()


def set_temperature(run: Run, temperature: float) -> None:
    """Calibrate the model that was measured, and no later one."""
    with database.writing() as connection:
        connection.execute(
            "UPDATE runs SET temperature = ? WHERE id = ? AND model_sha256 = ?", (temperature, run.id, run.model.sha256)
        )


def add_epoch_within(connection: sqlite3.Connection, run_id: str, row: dict[str, Any]) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?)",
        (run_id, row["epoch"], row["val_accuracy"], json.dumps(row)),
    )


def _detail(connection: sqlite3.Connection, run_id: str, details: dict[str, Any]) -> None:
    connection.execute("UPDATE runs SET details = json_patch(details, ?) WHERE id = ?", (json.dumps(details), run_id))


def _drop_files(connection: sqlite3.Connection, run_id: str, kind: str, is_old: Callable[[int], bool]) -> list[str]:
    """Remove the rows of some files; returns the names of the files."""
    rows = connection.execute("SELECT epoch, name FROM run_files WHERE run = ? AND kind = ?", (run_id, kind)).fetchall()
    old = [row for row in rows if is_old(row["epoch"])]
    connection.executemany(
        "DELETE FROM run_files WHERE run = ? AND kind = ? AND epoch = ?", [(run_id, kind, row["epoch"]) for row in old]
    )
    return [row["name"] for row in old]
