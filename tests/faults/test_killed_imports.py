"""kill -9 at any moment of `runs import`: all runs are there or none, and the same import works afterwards."""

import json
import os
import signal
import time

import pytest

from digits.runs import store as runs
from digits.runs import transfer
from digits.runs.run import RunState
from digits.storage import database
from digits.storage.files import UNFINISHED_SECONDS
from digits.storage.home import run_folder
from tests.faults.conftest import KILL
from tests.runs.test_transfer import described, zipped

IDS = ["20260101-120000-mlp", "20260101-120001-mlp"]
IMPORT = """
import sys
from pathlib import Path
from digits.runs import exported_run, transfer
from digits.storage import database
def kill_at_the_second(call):
    calls = []
    return lambda *arguments, **options: (calls.append(1), len(calls) == 2 and kill(), call(*arguments, **options))[2]
def half(part, *arrays):
    part.write_bytes(b"half")
    kill()
{harm}
transfer.import_zips([Path(path) for path in sys.argv[1:]])
kill()
"""
BEFORE = {
    "reading": "exported_run.read = kill_at_the_second(exported_run.read)",
    "half of a file": "transfer.np.savez = half",
    "between two files": "transfer.files.write_new = kill_at_the_second(transfer.files.write_new)",
    "before the transaction": "transfer.database.writing = kill",
    "between two rows": "transfer._insert = kill_at_the_second(transfer._insert)",
    "before the commit": "insert = transfer._insert\ntransfer._insert = lambda connection, run_id, *others: "
    f"(insert(connection, run_id, *others), run_id == {IDS[1]!r} and kill())",
}


@pytest.fixture
def zips(tmp_path):
    """Two exported runs."""
    paths = [tmp_path / f"{run_id}.zip" for run_id in IDS]
    for path in paths:
        path.write_bytes(zipped(run__json=json.dumps(described(id=path.stem))))
    return paths


@pytest.mark.parametrize("harm", BEFORE.values(), ids=BEFORE)
def test_an_import_that_is_killed_before_its_end_stores_no_run_and_can_be_repeated(python, digits_home, zips, harm):
    assert python(KILL + IMPORT.format(harm=harm), *zips).wait() == -signal.SIGKILL
    assert runs.page() == [] and runs.count() == 0
    database.check()
    assert transfer.import_zips(zips) == IDS
    for run_id in IDS:
        assert runs.get(run_id).state == RunState.DONE and transfer.is_unbuilt(runs.get(run_id))
        [weights] = runs.named_files(runs.get(run_id))
        assert (run_folder(run_id) / weights.name).stat().st_size > 100_000
    runs.delete(IDS[0])
    runs.delete(IDS[1])
    assert list((digits_home / "runs").iterdir()) == []


def test_an_import_that_is_killed_after_its_end_has_stored_all_runs(python, digits_home, zips):
    assert python(KILL + IMPORT.format(harm=""), *zips).wait() == -signal.SIGKILL
    assert [run.id for run in runs.page()] == IDS[::-1]


def test_what_a_killed_import_left_is_removed_after_an_hour(python, digits_home, zips):
    python(KILL + IMPORT.format(harm=BEFORE["before the transaction"]), *zips).wait()
    folders = [run_folder(run_id) for run_id in IDS]
    runs.sweep()
    assert all(folder.is_dir() for folder in folders)  # another process might be importing them
    old = time.time() - UNFINISHED_SECONDS - 1
    for folder in folders:
        os.utime(folder, (old, old))
    with database.writing():
        pass  # there is a database, as on any home in use
    runs.sweep()
    assert not any(folder.exists() for folder in folders)
