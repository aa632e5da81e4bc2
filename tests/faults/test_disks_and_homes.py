"""Disks that are full or read-only, and homes with strange names: one sentence with the remedy, and nothing lost."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from digits import tasks
from digits.__main__ import main
from digits.drawings import fine_tune
from digits.drawings import store as drawings
from digits.errors import DigitsError, DiskFull, RunBusy
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set as named_test_set
from digits.networks.settings import make_settings
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage import database, deletion
from digits.storage.home import LONGEST_PATH, run_folder
from tests.conftest import content, digits, fill, wait_until
from tests.faults.conftest import QUICK_EPOCHS
from tests.faults.test_damaged_files import drawing


@pytest.fixture
def home_on_a_small_disk(tmp_path, trained_home, sample_data, monkeypatch):
    """DIGITS_HOME with a finished and a queued run, on a disk of 16 MiB. Returns its path."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("only root may mount a small disk to fill")
    home = disk / "home"
    shutil.copytree(trained_home, home, ignore=shutil.ignore_patterns("data"))
    (home / "data").symlink_to(sample_data)
    monkeypatch.setenv("DIGITS_HOME", str(home))
    drawings.put(drawing(1))
    runs.create(make_settings())
    yield home
    subprocess.run(["umount", "--lazy", disk], check=True)


def everything(finished, waits):
    """All that may be asked of Digits and writes."""
    return [
        lambda: runs.create(make_settings()),
        lambda: runs.rename(finished.id, "new"),
        lambda: runs.annotate(finished.id, "note", ["tag"]),
        lambda: models.choose(finished),
        lambda: runs.move(waits, 1),
        lambda: runs.stop(waits),
        lambda: runs.resume(finished.id, 9),
        lambda: tasks.submit("evaluate", finished.id, "tutorial"),
        lambda: drawings.put(drawing(2)),
        lambda: drawings.put(drawing(1, 5)),
        lambda: drawings.merge([drawing(3), drawing(4)]),
        lambda: drawings.remove(drawing(1).id),
        lambda: evaluate.evaluate(finished, "tutorial"),
    ]


def state():
    """What the database says of runs, drawings and tasks."""
    with database.reading() as connection:
        tables = ("runs", "drawings", "tasks", "choices", "results", "run_files")
        return {name: [tuple(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in tables}


def test_every_change_on_a_full_disk_is_refused_in_words_changes_nothing_and_works_when_there_is_room(
    home_on_a_small_disk,
):
    waits, finished = runs.page()
    filler, before = fill(home_on_a_small_disk.parent), state()
    for request in everything(finished, waits):
        with pytest.raises(DigitsError, match="The disk is full|No space left on device"):
            request()
        assert state() == before
    assert digits("runs", home=home_on_a_small_disk).stdout.count("mlp") == 1
    filler.unlink()
    assert [run.id for run in runs.page()] == [waits.id, finished.id]
    runs.rename(finished.id, "new")


def test_deleting_a_run_works_on_a_full_disk_and_makes_room(home_on_a_small_disk):
    waits, finished = runs.page()
    fill(home_on_a_small_disk.parent)
    with pytest.raises(DiskFull):
        runs.rename(finished.id, "new")
    with pytest.raises(RunBusy, match="This run is queued"):
        runs.delete(waits.id)
    runs.delete(finished.id)
    assert runs.page() == [waits] and not run_folder(finished.id).exists()
    database.check()
    runs.rename(waits.id, "new")  # there is room again


def test_a_run_is_not_deleted_from_a_full_disk_while_a_backup_is_made(home_on_a_small_disk):
    finished = runs.page()[1]
    with deletion.suspended():
        fill(home_on_a_small_disk.parent)
        before = content(run_folder(finished.id))
        with pytest.raises(DiskFull, match="The disk is full"):
            runs.delete(finished.id)
        assert content(run_folder(finished.id)) == before
    runs.delete(finished.id)
    assert not run_folder(finished.id).exists()


def test_every_change_in_a_read_only_home_is_refused_in_words_and_changes_nothing(
    with_run, digits_home, make_read_only
):
    drawings.put(drawing(1))
    waits, before = runs.create(make_settings()), content(digits_home)
    make_read_only(digits_home)
    more = [lambda: fine_tune.begin(with_run), lambda: runs.delete(with_run.id)]
    for request in everything(with_run, waits) + more:
        with pytest.raises(DigitsError) as refused:
            request()
        assert "write" in str(refused.value) or "too few drawings" in str(refused.value)
    assert with_run.id in digits("runs", home=digits_home).stdout
    assert digits("evaluate", home=digits_home, check=False).stderr.count("\n") < 4
    assert content(digits_home) == before


def test_a_run_on_a_disk_that_fills_up_ends_in_words_and_continues_when_there_is_room(worker, home_on_a_small_disk):
    runs.stop(runs.queue()[0])
    run = runs.create(make_settings(architecture="linear", epochs=1000))
    process = worker(QUICK_EPOCHS)
    wait_until(lambda: runs.get(run.id).epochs_done > 2)
    filler = fill(home_on_a_small_disk.parent)
    process.wait()
    ended = runs.get(run.id)
    assert ended.state in (RunState.FAILED, RunState.LOST)
    assert "No space left on device" in ended.cause or "disk is full" in ended.cause
    filler.unlink()
    done = runs.resume(run.id).epochs_done
    process = worker(QUICK_EPOCHS)
    wait_until(lambda: runs.get(run.id).epochs_done > done)
    runs.stop(runs.get(run.id))
    process.wait()
    assert runs.get(run.id).state == RunState.STOPPED and runs.get(run.id).model


FULL_WHEN_PUBLISHED = """
import tests.faults.quick_engine
from digits import pipeline
from digits.storage.home import home
from tests.conftest import fill
calibrate = pipeline.calibrate
pipeline.calibrate = lambda run: (fill(home().parent), calibrate(run))
"""


def test_a_disk_that_is_full_just_after_publishing_leaves_a_model_that_is_evaluated_when_there_is_room(
    worker, home_on_a_small_disk
):
    runs.stop(runs.queue()[0])
    run = runs.create(make_settings(architecture="linear", epochs=2))
    worker(FULL_WHEN_PUBLISHED).wait()
    ended = runs.get(run.id)
    assert ended.state in (RunState.FAILED, RunState.LOST) and ended.lacks_evaluation and models.recognizer(ended)
    assert "No space left on device" in ended.cause or "disk is full" in ended.cause
    (home_on_a_small_disk.parent / "filler").unlink()
    runs.resume(run.id)
    assert worker().wait() == 0  # which needs no engine: only the evaluation is made up for
    ended = runs.get(run.id)
    assert (ended.state, ended.lacks_evaluation) == (RunState.DONE, False)
    assert evaluate.stored(ended, named_test_set("tutorial", ended.settings))


NAMES = (
    b"sp ace and 'quotes' \"x\"",
    "ünïcode 数字 🙂".encode(),
    b"-dash; $(touch pwned) `id` %41?mode=ro#x&y",
    b"\xff\xfe not UTF-8",
)
WHOLE = """
import sys
import tests.faults.quick_engine
from digits.__main__ import main
from digits.runs import store as runs
for line in ("train --architecture linear --epochs 1", "runs", "evaluate --json", "drawings", "runs show", "backup"):
    more = {"runs show": [runs.page()[0].id], "backup": [sys.argv[1] + "/backup.zip"]} if "train" not in line else {}
    if code := main([*line.split(), *more.get(line, [])]):
        sys.exit(f"{line}: {code}")
"""


def test_a_home_may_have_any_name_up_to_the_longest_one(python, tmp_path, sample_data, monkeypatch):
    path = os.fsencode(tmp_path) + b"/" + b"/".join(NAMES) + b"/"
    home = Path(os.fsdecode(path + b"d" * min(LONGEST_PATH - len(path), 200)))
    home.mkdir(parents=True)
    shutil.copytree(sample_data, home / "data")
    monkeypatch.setenv("DIGITS_HOME", os.fspath(home))
    process = python(WHOLE, home)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    assert '"accuracy"' in said and "files are in" in said
    assert (home / "backup.zip").exists() and not Path("pwned").exists()


@pytest.mark.parametrize("home", ["x" * 300, "/".join(["y" * 200] * 25), "/proc/nope", "/dev/null/x"])
def test_an_impossible_home_is_refused_in_one_sentence(tmp_path, monkeypatch, capsys, home):
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / home))
    for verb in ("train", "runs", "data", "backup x.zip", "drawings", "evaluate"):
        code, said = main(verb.split()), capsys.readouterr()
        assert code == 1 or (code == 0 and verb in ("runs", "drawings", "data"))
        assert (
            code == 0 or "cannot write" in said.err or "could not write" in said.err or "nothing to back up" in said.err
        )
