"""Backup and restore: one state, whole or absent."""

import os
import signal
import sqlite3
import subprocess
import zipfile
from contextlib import closing

import pytest

from digits.commands import checks
from digits.errors import DigitsError
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import updates
from digits.runs.run import RunState
from digits.storage import backup, database
from digits.storage.files import UNFINISHED, write_new
from digits.storage.home import run_folder
from tests.conftest import content, wait_until


def add_checkpoint(run_id, epoch):
    """As a training does it: the newest one stays."""
    stored = write_new(run_folder(run_id), f"checkpoint-{epoch:04}.npz", lambda part: part.write_text(f"{epoch}"))
    updates.add_file(run_id, "checkpoint", epoch, stored, keep=[])


@pytest.fixture
def run(digits_home):
    """An ended run with one file."""
    run = runs.create(make_settings(), queued=False)
    add_checkpoint(run.id, 1)
    return run


@pytest.fixture
def target(tmp_path):
    return tmp_path / "backup.zip"


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """empty() lets another home begin, which is not there yet. Returns its path."""

    def empty():
        monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "empty"))
        return tmp_path / "empty"

    return empty


def test_a_restored_home_is_the_home_that_was_backed_up(run, digits_home, target, empty):
    for name in ("data/sample/images.npy", "starter/map.npy"):
        (digits_home / name).parent.mkdir(parents=True)
        (digits_home / name).write_text(name)
    (digits_home / "logs").mkdir()
    (digits_home / "logs" / "train.log").write_text("not a part of it")
    (run_folder(run.id) / f"{UNFINISHED}1.npz").write_text("half")
    assert backup.backup(target) == 4
    home = empty()
    assert backup.restore(target) == 4
    assert runs.page() == [run]
    assert set(content(home)) == {
        "digits.db", "data/sample/images.npy", "starter/map.npy", f"runs/{run.id}/checkpoint-0001.npz",
    }  # fmt: skip
    assert checks.database() == "The database is whole, and so are the 1 files that it names."
    assert digits_home.joinpath("logs").exists()


def test_pages_read_a_restored_home_while_a_worker_writes(run, digits_home, target, empty):
    backup.backup(target)
    empty()
    backup.restore(target)
    with database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        runs.rename(run.id, "New")
    assert runs.get(run.id).name == "New"


def test_a_backup_may_be_made_again_and_into_a_new_folder(run, tmp_path, empty):
    target = tmp_path / "new" / "backup.zip"
    backup.backup(target)
    runs.rename(run.id, "New")
    backup.backup(target)
    empty()
    backup.restore(target)
    assert runs.get(run.id).name == "New"


def test_a_home_without_a_database_cannot_be_backed_up(digits_home, target):
    with pytest.raises(DigitsError, match="nothing to back up yet"):
        backup.backup(target)
    assert not target.exists() and list(digits_home.iterdir()) == []


def test_files_deleted_or_replaced_during_a_backup_are_in_it_and_removed_afterwards(run, digits_home, target, empty):
    other = runs.create(make_settings(), queued=False)
    add_checkpoint(other.id, 1)
    done = []

    def change(fraction, phase):
        if phase != "Copying the database" and not done:
            done.append(phase)
            add_checkpoint(run.id, 2)
            runs.delete(other.id)

    backup.backup(target, change)
    assert [found.id for found in runs.page()] == [run.id]
    assert run_folder(other.id).exists()
    add_checkpoint(run.id, 3)
    assert [path.name for path in (digits_home / "runs").rglob("*")] == [run.id, "checkpoint-0003.npz"]
    empty()
    backup.restore(target)
    assert {found.id for found in runs.page()} == {run.id, other.id}
    assert "2 files" in checks.database()


def test_a_file_that_its_writer_removes_during_a_backup_does_not_spoil_it(run, target, empty):
    unnamed = run_folder(run.id) / "0-unnamed.npz"
    unnamed.write_text("its row was refused")
    backup.backup(target, lambda fraction, phase: unnamed.unlink(missing_ok=True) if "files" in phase else None)
    empty()
    backup.restore(target)
    assert "1 files" in checks.database()


TRAIN = """
from digits import tasks
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import updates
from digits.storage.files import write_new
from digits.storage.home import run_folder

def train(work, run_id, part):
    print("up", flush=True)
    files = lambda name, number: write_new(run_folder(run_id), name, lambda part: part.write_text(f"{name} {number}"))
    for epoch in range(1, 100_000):
        updates.add_file(run_id, "checkpoint", epoch, files(f"checkpoint-{epoch:04}.npz", epoch), keep=[epoch - 1])
        updates.add_file(run_id, "snapshot", epoch, files(f"snapshot-{epoch:04}.npz", epoch), keep=range(0, epoch, 7))
        names = ("model.keras", "model.tflite", "layers.tflite")
        updates.publish_model(run_id, {name: files(name, epoch) for name in names}, {}, "done")

tasks.do_now("train", runs.create(make_settings(), queued=False).id, "", train)
"""


def test_a_backup_made_while_a_run_trains_holds_every_file_that_its_database_names(
    python, digits_home, tmp_path, monkeypatch
):
    training = python(TRAIN)
    assert training.stdout.readline() == "up\n"
    wait_until(lambda: runs.page()[0].model)
    for number in range(4):
        backup.backup(tmp_path / f"{number}.zip")
    training.kill()
    training.wait()
    for number in range(4):
        monkeypatch.setenv("DIGITS_HOME", str(tmp_path / f"home-{number}"))
        backup.restore(tmp_path / f"{number}.zip")
        assert "The database is whole" in checks.database()
        [run] = runs.page()
        assert run.state == RunState.LOST
        with pytest.raises(DigitsError, match=f"{run.id} is lost"):
            checks.workers()


KILLED_IN_A_BACKUP = """
import os, signal, sys
from pathlib import Path
from digits.storage import backup
backup.backup(Path(sys.argv[1]), lambda fraction, phase: os.kill(os.getpid(), signal.SIGKILL) if fraction else None)
"""


@pytest.mark.parametrize("old", [True, False])
def test_a_kill_in_the_middle_of_a_backup_leaves_the_old_one_or_none(run, target, python, old):
    (run_folder(run.id) / "second").write_text("")
    if old:
        backup.backup(target)
    before = target.read_bytes() if old else None
    assert python(KILLED_IN_A_BACKUP, target).wait() == -signal.SIGKILL
    assert (target.read_bytes() if target.exists() else None) == before
    add_checkpoint(run.id, 2)  # nothing waits for the killed one
    assert not (run_folder(run.id) / "checkpoint-0001.npz").exists()
    backup.backup(target)


def test_a_file_from_before_there_were_zips_is_backed_up(run, target, empty):
    os.utime(run_folder(run.id) / "checkpoint-0001.npz", (0, 0))  # by a clock that was never set
    backup.backup(target)
    empty()
    assert backup.restore(target) == 2


# Restoring


@pytest.mark.parametrize("there", ["digits.db", "runs/a/config.json", "data/sample/images.npy"])
def test_a_backup_is_restored_only_into_an_empty_home(run, target, empty, there):
    backup.backup(target)
    home = empty()
    (home / there).parent.mkdir(parents=True)
    (home / there).write_text("mine")
    with pytest.raises(DigitsError, match="only into an empty folder"):
        backup.restore(target)
    assert content(home) == {there: b"mine"}


def test_a_mounted_volume_and_a_home_behind_a_link_can_be_restored(run, target, small_disk, tmp_path, monkeypatch):
    backup.backup(target)
    monkeypatch.setenv("DIGITS_HOME", str(small_disk))
    backup.restore(target)
    assert runs.page() == [run]
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "link"))
    backup.restore(target)
    assert runs.page() == [run] and (tmp_path / "link").is_symlink()


def change_database(statement):
    """A harm: the database in the backup is changed by that statement."""

    def change(source, target, tmp_path):
        with zipfile.ZipFile(source) as whole:
            whole.extract("digits.db", tmp_path)
        with closing(sqlite3.connect(tmp_path / "digits.db", isolation_level=None)) as connection:
            connection.execute(statement)
            connection.execute("PRAGMA journal_mode = DELETE")
        with zipfile.ZipFile(target, "w") as archive:
            archive.write(tmp_path / "digits.db", "digits.db")

    return change


def pack(**contents):
    """A harm: another zip altogether."""

    def write(source, target, tmp_path):
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in contents.items():
                archive.writestr(name, text)

    return write


def flip(source, target, tmp_path):
    harmed = bytearray(source.read_bytes())
    harmed[len(harmed) // 3] ^= 1
    target.write_bytes(harmed)


HARMS = {
    "absent": lambda source, target, tmp_path: None,
    "empty": lambda source, target, tmp_path: target.write_bytes(b""),
    "text": lambda source, target, tmp_path: target.write_text("hello"),
    "cut": lambda source, target, tmp_path: target.write_bytes(source.read_bytes()[:-500]),
    "flipped": flip,
    "without a database": pack(**{"runs/a/model.keras": "x"}),
    "a path outside": pack(**{"digits.db": "x", "../outside": "x"}),
    "an absolute path": pack(**{"digits.db": "x", "/etc/passwd": "x"}),
    "a name that is none": pack(**{"digits.db": "x", ".": "x"}),
    "another folder": pack(**{"digits.db": "x", "holiday/1.jpg": "x"}),
    "no database": pack(**{"digits.db": "hello"}),
    "a damaged database": change_database("INSERT INTO ticks VALUES ('no-run', 1, 1, 1, 0, 0)"),
    "a newer database": change_database("PRAGMA user_version = 99"),
}


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("exists", [True, False])
def test_a_bad_backup_is_refused_in_one_sentence_and_restores_nothing(run, target, empty, tmp_path, harm, exists):
    backup.backup(target)
    bad = tmp_path / "bad.zip"
    HARMS[harm](target, bad, tmp_path)
    home = empty()
    if exists:
        home.mkdir()
    with pytest.raises(DigitsError) as told:
        backup.restore(bad)
    said = str(told.value)
    assert "\n" not in said and "/" not in said and len(said) < 250 and said.endswith(".")
    assert content(tmp_path / "empty") == {} and home.exists() == exists
    assert not (tmp_path / "outside").exists()
    backup.restore(target)
    assert runs.page() == [run]


def test_what_is_wrong_with_the_file_or_with_the_place_is_said(run, target, empty, tmp_path, monkeypatch):
    backup.backup(target)
    home = empty()
    with pytest.raises(DigitsError, match="The backup can't be read: Is a directory"):
        backup.restore(tmp_path)
    monkeypatch.setattr(backup, "free_bytes", lambda: 1_000)
    with pytest.raises(DigitsError, match="no room here for what this backup holds"):
        backup.restore(target)
    assert not home.exists()
    home.write_text("a file")
    with pytest.raises(DigitsError, match="Digits could not write a file: "):
        backup.restore(target)


def test_of_two_that_restore_at_once_one_fills_the_home_and_the_other_says_that_it_is_not_empty(
    run, target, empty, python, monkeypatch
):
    backup.backup(target)
    home, unpack = empty(), backup._unpack

    def slow(source, folder):
        names = unpack(source, folder)
        slow.other = python("import sys; from pathlib import Path; from digits.storage import backup; "
                            "backup.restore(Path(sys.argv[1]))", target)  # fmt: skip
        with pytest.raises(subprocess.TimeoutExpired):
            slow.other.wait(2)
        return names

    monkeypatch.setattr(backup, "_unpack", slow)
    assert backup.restore(target) == 2
    assert slow.other.wait() == 1
    assert runs.page() == [run] and (home / "runs" / run.id / "checkpoint-0001.npz").exists()


def test_a_home_that_cannot_be_written_is_reported(run, target, empty, make_read_only):
    backup.backup(target)
    home = empty()
    home.mkdir()
    make_read_only(home)
    with pytest.raises(DigitsError, match="could not write"):
        backup.restore(target)
    assert list(home.iterdir()) == []


KILLED_IN_A_RESTORE = """
import os, signal, sys
from pathlib import Path
from digits.storage import backup
calls = []
def kill_at_the(number, call):
    def counted(*arguments, **options):
        calls.append(arguments)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)
    return counted
def copy_half(source):
    database = backup.database
    whole, half = database._connect(source, "ro"), database._connect(database.file(), "rwc")
    whole.backup(half, pages=1, progress=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
if sys.argv[2] == "unpacking":
    backup.zipfile.ZipFile._extract_member = kill_at_the(2, backup.zipfile.ZipFile._extract_member)
elif sys.argv[2] == "putting in place":
    backup.os.replace = kill_at_the(2, backup.os.replace)
else:
    backup.database.copy_from = copy_half
backup.restore(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("stage", ["unpacking", "putting in place", "copying the database"])
def test_a_kill_in_the_middle_of_a_restore_leaves_a_home_that_counts_as_empty(
    run, digits_home, target, empty, python, stage
):
    for name in ("data/sample/images.npy", "starter/map.npy"):
        (digits_home / name).parent.mkdir(parents=True)
        (digits_home / name).write_text(name)
    backup.backup(target)
    home = empty()
    assert python(KILLED_IN_A_RESTORE, target, stage).wait() == -signal.SIGKILL
    assert runs.page() == [] and not database.exists()
    backup.restore(target)
    assert runs.page() == [run] and len(content(home)) == 4
