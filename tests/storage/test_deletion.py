"""Files go after their rows: at once, or as soon as no backup reads them, and never one that is in use again."""

import signal

import pytest

from digits.errors import StoreUnavailable
from digits.storage import database, deletion
from digits.storage.files import UNFINISHED
from tests.conftest import content


@pytest.fixture
def file(digits_home):
    """A file within DIGITS_HOME."""
    path = digits_home / "runs" / "a" / "model.tflite"
    path.parent.mkdir(parents=True)
    path.write_text("old")
    return path


def discard(path):
    with database.writing() as connection:
        deletion.discard(connection, path)


def waiting():
    with database.reading() as connection:
        return [row["path"] for row in connection.execute("SELECT path FROM garbage")]


def test_a_discarded_file_or_folder_goes_when_garbage_is_collected(file, digits_home):
    discard(file)
    assert file.exists() and waiting() == ["runs/a/model.tflite"]
    deletion.collect()
    assert not file.exists() and waiting() == []
    file.write_text("new")
    discard(file.parent)
    deletion.collect()
    assert not file.parent.exists()
    assert {name for name in content(digits_home) if not name.startswith("digits.db")} == {"backup.lock"}


def test_a_transaction_that_fails_removes_no_file(file):
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        deletion.discard(connection, file)
        raise ZeroDivisionError
    deletion.collect()
    assert file.exists()


def test_collecting_no_garbage_makes_no_file(digits_home):
    deletion.collect()
    assert list(digits_home.iterdir()) == []


def test_files_stay_during_a_backup_and_are_removed_afterwards(file):
    (file.parent / "strange").write_text("no row names it")
    with deletion.suspended():
        discard(file)
        deletion.collect()
        deletion.sweep(file.parent, keep=set())
        assert file.exists() and waiting() and (file.parent / "strange").exists()
    deletion.collect()
    assert not file.exists() and not waiting()
    deletion.sweep(file.parent, keep=set())
    assert list(file.parent.iterdir()) == []


def test_sweeping_keeps_named_files_unfinished_files_and_folders(digits_home):
    folder = digits_home / "runs" / "a"
    (folder / "evaluation").mkdir(parents=True)
    for name in ("a.txt", "b.txt", f"{UNFINISHED}c.txt"):
        (folder / name).write_text(name)
    deletion.sweep(folder, keep={"b.txt"})
    assert sorted(path.name for path in folder.iterdir()) == [f"{UNFINISHED}c.txt", "b.txt", "evaluation"]
    deletion.sweep(digits_home / "none", keep=set())
    assert not (digits_home / "none").exists()


def test_a_second_backup_waits_for_the_first_and_then_says_so(digits_home, monkeypatch):
    digits_home.joinpath("runs").mkdir()
    monkeypatch.setattr(deletion, "BACKUP_WAITS", 0.1)
    with deletion.suspended(), pytest.raises(StoreUnavailable, match="Another backup is being made. Wait"):
        deletion.suspended().__enter__()


def test_a_home_in_which_no_lock_can_be_made_is_reported(digits_home, make_read_only):
    make_read_only(digits_home)
    with pytest.raises(StoreUnavailable, match="could not write a file"), deletion.suspended():
        pass


def test_a_file_that_cannot_be_removed_now_is_tried_again_later(file, monkeypatch):
    discard(file)
    with monkeypatch.context() as patch:
        patch.setattr(deletion, "_removed", lambda path: False)
        deletion.collect()
    assert waiting() == ["runs/a/model.tflite"]
    deletion.collect()
    assert not file.exists() and not waiting()


def test_a_name_that_is_used_again_is_not_removed_by_a_collector_that_had_read_the_old_list(file, monkeypatch):
    """Another process collects between the look and the lock, and then somebody writes a new file of that name."""
    discard(file)
    lock, others = deletion.FileLock, [True]

    def lock_after_others(*arguments, **options):
        if others and others.pop():
            deletion.collect()
            file.write_text("new")
        return lock(*arguments, **options)

    monkeypatch.setattr(deletion, "FileLock", lock_after_others)
    deletion.collect()
    assert file.read_text() == "new"


KILLED_WHEN_REMOVED = """
import os, signal, sys
from digits.storage import deletion
removed = deletion._removed
def kill(path):
    removed(path)
    os.kill(os.getpid(), signal.SIGKILL)
deletion._removed = kill
deletion.collect()
"""


def test_a_name_that_is_used_again_is_not_removed_because_the_collector_was_killed(file, python):
    discard(file)
    assert python(KILLED_WHEN_REMOVED).wait() == -signal.SIGKILL
    assert not file.exists()
    file.write_text("new")
    deletion.collect()
    assert file.read_text() == "new"
