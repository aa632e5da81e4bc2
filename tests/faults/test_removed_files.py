"""Files are removed once, by one process, and never one that the database names."""

import signal
import zipfile

import numpy as np

from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import updates
from digits.storage import backup, database, deletion
from digits.storage.files import sha256, write_new
from digits.storage.home import home, run_folder
from tests.faults.conftest import KILL


def named_files():
    """Return the path and the sha256 of every file that the database names of a run."""
    with database.reading() as connection:
        rows = connection.execute("SELECT run, name, sha256 FROM run_files").fetchall()
    return {run_folder(row["run"]) / row["name"]: row["sha256"] for row in rows}


def snapshot(run, epoch, keep):
    """Keep a snapshot, as a training does."""
    stored = write_new(run_folder(run.id), f"snapshot-{epoch:04}.npz", lambda part: np.savez(part, np.ones(epoch)))
    updates.add_file(run.id, "snapshot", epoch, stored, keep=keep)


KILLED = """
from pathlib import Path
from digits.runs import updates
unlink = Path.unlink
Path.unlink = lambda *arguments, **options: (unlink(*arguments, **options), kill())
updates.return_to(RUN, [])
"""


def test_a_name_that_is_used_again_after_its_remover_was_killed_keeps_its_new_file(python, digits_home):
    run = runs.create(make_settings(architecture="linear"))
    snapshot(run, 1, keep=[0, 1])
    process = python(KILL + f"RUN = {run.id!r}" + KILLED)
    assert process.wait() == -signal.SIGKILL
    assert not list(run_folder(run.id).iterdir()) and not named_files()
    snapshot(run, 1, keep=[0, 1])
    deletion.collect()
    assert {path: sha256(path) for path in named_files()} == named_files() and len(named_files()) == 1


def test_a_backup_made_while_runs_are_continued_and_deleted_holds_every_file_that_its_database_names(
    python, with_run, tmp_path, monkeypatch
):
    """What is let go meanwhile stays until the backup has been made."""
    copy = database.content

    def copy_and_go_on():
        content = copy()
        runs.resume(with_run.id, 9)
        updates.return_to(with_run.id, [])
        process = python(SWEEP, with_run.id)
        assert process.wait() == 0
        return content

    monkeypatch.setattr(database, "content", copy_and_go_on)
    before = named_files()
    backup.backup(tmp_path / "backup.zip")
    kept = set(zipfile.ZipFile(tmp_path / "backup.zip").namelist())
    assert len(before) > 4 and {path.relative_to(home()).as_posix() for path in before} <= kept


SWEEP = """
import sys
from digits.runs import store as runs
from digits.storage import deletion
from digits.storage.home import run_folder
run = runs.get(sys.argv[1])
deletion.collect()
deletion.sweep(run_folder(run.id), keep={stored.name for stored in runs.named_files(run)})
"""
