"""Folders that cannot be written: the old state stays, and each refusal is a sentence that names the cause."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from digits.data import preparing
from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.networks.settings import make_config
from digits.runs import models, queue, runs
from digits.runs.run import RunState
from digits.storage.home import ROOT
from tests.conftest import wait_until


@pytest.fixture
def read_only(with_run, digits_home):
    """DIGITS_HOME with a finished and a queued run, on a disk mounted read-only. Returns the finished run."""
    queue.put(runs.create(make_config()))
    if subprocess.run(["mount", "--bind", digits_home, digits_home], capture_output=True).returncode:
        pytest.skip("only root may mount a disk read-only")
    subprocess.run(["mount", "-o", "remount,ro,bind", digits_home], check=True)
    yield with_run
    subprocess.run(["umount", "--lazy", digits_home], check=True)  # the pages keep its arrays mapped into memory


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_whatever_is_asked_of_a_read_only_home_is_refused_in_words_and_changes_nothing(read_only, digits_home):
    before = content(digits_home)
    (waits,) = queue.waiting()
    requests = [
        lambda: runs.create(make_config()),
        lambda: runs.resume(read_only, 9),
        lambda: runs.delete(read_only),
        lambda: read_only.rename("mine"),
        read_only.ask_to_stop,
        read_only.ask_to_pause,
        lambda: queue.move(waits, 1),
        queue.advance,
        lambda: models.choose(read_only),
        lambda: evaluate.job(read_only, "official").start(),
        lambda: preparing.run("sample"),
    ]
    for request in requests:
        with pytest.raises(DigitsError, match="Read-only file system"):
            request()
    assert content(digits_home) == before


def test_the_pages_open_on_a_read_only_home_and_say_why_they_cannot_start_a_training(read_only):
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    for page in ("explore", "evaluate", "draw", "train"):
        app.switch_page(f"pages/{page}/page.py").run()
        assert not app.exception, page
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    assert any("Read-only file system" in error.value for error in app.error)


NOBODY = """
import os, sys
from digits.errors import DigitsError
from digits.training import queue, runs
from digits.networks.settings import make_config

run = runs.all_runs()[0]
if os.geteuid() == 0:
    os.setuid(65534)
for request in (lambda: runs.create(make_config()), lambda: run.rename("mine"), run.ask_to_stop, queue.advance):
    try:
        request()
    except DigitsError as error:
        print(error)
"""


def test_a_user_without_permission_is_told_so(python, digits_home):
    """As root the process becomes nobody; any other user loses the right to write."""
    run = runs.create(make_config())
    queue.put(run)
    before = content(digits_home)
    folders = [digits_home, digits_home / "runs", run.path]
    above = [path for path in digits_home.parents if path.stat().st_uid == os.getuid() and path != Path("/")]
    with contextlib.ExitStack() as undone:
        for folder in [*folders, *above]:
            undone.callback(folder.chmod, folder.stat().st_mode & 0o7777)
            folder.chmod(0o555 if folder in folders else folder.stat().st_mode & 0o7777 | 0o055)
        said, _ = python(NOBODY).communicate(timeout=60)
    assert len(said.splitlines()) == 4
    assert all("Permission denied" in line for line in said.splitlines())
    assert content(digits_home) == before


def test_a_run_on_a_disk_that_fills_up_ends_in_words_and_goes_on_when_there_is_room(
    worker, sample_data, small_disk, monkeypatch
):
    monkeypatch.setenv("DIGITS_HOME", str(small_disk))
    (small_disk / "data").symlink_to(sample_data)
    run = runs.create(make_config(architecture="linear", epochs=1000))
    process = worker(run)
    wait_until(lambda: len(run.epochs()) > 2)
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    process.wait(timeout=30)
    status = run.status()
    assert status["state"] in (RunState.FAILED, RunState.LOST)
    assert "No space left on device" in status["error"] or "the disk is full" in status["error"]
    assert not list(small_disk.rglob("*.part.*"))

    (small_disk / "filler").unlink()
    done = len(run.epochs())
    runs.resume(run)
    process = worker(run)
    wait_until(lambda: len(run.epochs()) > done)
    run.ask_to_stop()
    process.wait(timeout=30)
    assert run.state == RunState.STOPPED
