"""Keep what was computed about a model or a source, bound to what it was computed from.

A result of an earlier model, or one whose file is damaged, counts as missing: it can be computed again.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DamagedFile, RunBusy
from digits.runs.run import Run
from digits.storage import database, deletion, files
from digits.storage.files import StoredFile
from digits.storage.home import data_folder, home, run_folder

_ACCURACY = """(SELECT json_extract(value, '$.accuracy') FROM results
  WHERE subject = runs.id AND kind = 'evaluate' AND made_from = model_sha256 AND {} LIMIT 1)"""
_OWN_TEST_SET = "part IN (json_extract(settings, '$.split'), json_extract(settings, '$.source'))"
ACCURACY = f"coalesce({_ACCURACY.format(_OWN_TEST_SET)}, {_ACCURACY.format('TRUE')})"
"""In SQL, the accuracy of a run on the test set of its split, or else another; NULL while it is not evaluated."""


@dataclass(frozen=True)
class Subject:
    """What a result is about, and the sha256 of what it was computed from."""

    name: str
    made_from: str
    folder: Path

    @classmethod
    def of(cls, run: Run) -> "Subject":
        """Return the present model of a run. Raises DigitsError where it has none."""
        model = run.demand_model("evaluate")
        # The starter is a part of the program, which may not be writable.
        folder = home() / "starter" if run.is_starter else run_folder(run.id) / "evaluation"
        return cls(run.id, model.sha256, folder)

    @classmethod
    def of_source(cls, source: str, labels_sha256: str) -> "Subject":
        """Return a source of digits with its labels."""
        return cls(source, labels_sha256, data_folder(source) / "audit")


@dataclass(frozen=True)
class Result:
    """One result."""

    value: dict[str, Any]
    file: StoredFile | None
    folder: Path

    def array(self) -> np.ndarray | None:
        """Map its array into memory; None where it has none, or the file is damaged."""
        try:
            return files.read_array(self.folder, self.file) if self.file else None
        except DamagedFile:
            return None


@database.parsing()
def get(subject: Subject, kind: str, part: str = "") -> Result | None:
    """Return a result; None if there is none, or if it was computed from something else."""
    row = database.first(
        "SELECT value, file, file_sha256 FROM results WHERE subject = ? AND kind = ? AND part = ? AND made_from = ?",
        (subject.name, kind, part, subject.made_from),
    )
    if row is None:
        return None
    stored = StoredFile(row["file"], row["file_sha256"]) if row["file"] else None
    return Result(json.loads(row["value"]), stored, subject.folder)


def put(
    subject: Subject,
    kind: str,
    part: str,
    value: dict[str, Any],
    write: Callable[[Path], object] | None = None,
    suffix: str = ".npy",
) -> None:
    """Keep a result, and the file that `write` makes, instead of an earlier one.

    Raises RunBusy if the model was replaced while it was computed; nothing is kept then.
    """
    name = f"{kind}-{part}".replace(" ", "-") if part else kind
    stored = files.write_new(subject.folder, f"{name}{suffix}", write) if write else None
    try:
        with database.writing() as connection:
            _check_current(connection, subject)
            old = connection.execute(
                "SELECT file FROM results WHERE subject = ? AND kind = ? AND part = ?", (subject.name, kind, part)
            ).fetchone()
            connection.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    subject.name, kind, part, subject.made_from, json.dumps(value),
                    stored.name if stored else None, stored.sha256 if stored else None,
                ),
            )  # fmt: skip
            # Where somebody deleted the old file, the new one got its name.
            if old and old["file"] and old["file"] != (stored.name if stored else None):
                deletion.discard(connection, subject.folder / old["file"])
    except BaseException:
        if stored:
            (subject.folder / stored.name).unlink(missing_ok=True)
        raise
    deletion.collect()


@database.parsing()
def accuracies(run_ids: list[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return {accuracy, interval, title, n} by run id and test set, of the present models of these runs."""
    marks = ", ".join("?" * len(run_ids))
    rows = database.rows(
        f"""SELECT subject, part, json_extract(value, '$.accuracy') AS accuracy, json_extract(value, '$.n') AS n,
                   json_extract(value, '$.interval') AS interval, json_extract(value, '$.title') AS title
            FROM results JOIN runs ON runs.id = subject AND runs.model_sha256 = made_from
            WHERE kind = 'evaluate' AND subject IN ({marks})""",
        run_ids,
    )
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        numbers = {name: row[name] for name in ("accuracy", "n", "title")} | {"interval": json.loads(row["interval"])}
        found.setdefault(row["subject"], {})[row["part"]] = numbers
    return found


def accuracy_of_each(run_ids: list[str]) -> dict[str, float | None]:
    """Return the ACCURACY of these runs, by id."""
    question = f"SELECT id, {ACCURACY} AS accuracy FROM runs WHERE id IN (SELECT value FROM json_each(?))"
    return {row["id"]: row["accuracy"] for row in database.rows(question, [json.dumps(run_ids)])}


def _check_current(connection: sqlite3.Connection, subject: Subject) -> None:
    row = connection.execute("SELECT model_sha256 FROM runs WHERE id = ?", (subject.name,)).fetchone()
    if row and row["model_sha256"] != subject.made_from:
        raise RunBusy("This model was trained further meanwhile, so the result was dropped. Compute it again.")
    if row is None and subject.folder == run_folder(subject.name) / "evaluation":
        raise RunBusy("This run was deleted meanwhile.")
