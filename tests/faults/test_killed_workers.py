"""kill -9 at every stage of a training: nothing half-written is used, and the run goes on."""

import os
import signal
import time

import pytest

from digits.errors import DamagedFile
from digits.networks.settings import make_config
from digits.runs import runs
from digits.runs.run import RunState
from digits.storage.records import read_json, write_json
from digits.training import checkpoints
from tests.conftest import wait_until
from tests.faults.conftest import KILL


@pytest.mark.parametrize("phase", ["Loading TensorFlow", "Compiling"])
def test_a_worker_killed_before_the_first_epoch_is_lost(worker, run, phase):
    process = worker(run)
    wait_until(lambda: run.status()["phase"] == phase)
    process.kill()
    process.wait()
    assert (run.state, run.has_model) == (RunState.LOST, False)
    assert "ended without a word" in run.status()["error"]
    runs.resume(run)
    assert run.state == RunState.QUEUED


HALF_A_MODEL = """
from digits.training import export
def half(file, write):
    file.with_name(".1.part.model.keras").write_bytes(b"half"); kill()
export.publish = half
"""
NO_MANIFEST = """
from digits.training import export
export.write_json = kill
"""


@pytest.mark.parametrize("harm", [HALF_A_MODEL, NO_MANIFEST], ids=["during-save", "between-save-and-manifest"])
def test_a_model_whose_worker_was_killed_while_saving_is_absent(worker, with_sample, harm):
    run = runs.create(make_config(architecture="linear", epochs=2))
    process = worker(run, KILL + harm)
    process.wait(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert (run.state, run.has_model) == (RunState.LOST, False)
    with pytest.raises(DamagedFile):
        run.model_file()
    assert checkpoints.newest(run.path)[0].epoch == 2


def test_after_a_kill_in_mid_epoch_a_cut_line_and_a_damaged_checkpoint_every_epoch_is_there_once(worker, run):
    process = worker(run, "from digits.training import checkpoints; checkpoints.PAUSE_SECONDS = 0")
    wait_until(lambda: len(run.epochs()) > 3 and run.ticks()[-1]["epoch"] > len(run.epochs()))
    process.kill()
    process.wait()
    before = run.epochs()
    metrics = run.path / "metrics.jsonl"
    lines = metrics.read_text().splitlines(keepends=True)
    row = next(line for line in lines if '"epoch": 2' in line and "val_loss" in line)
    metrics.write_text(metrics.read_text().replace(row, row[:20]))
    assert len(run.epochs()) == len(before) - 1
    newest = read_json(run.path / "checkpoint" / "manifest.json")["checkpoints"][-1]["file"]
    os.truncate(run.path / "checkpoint" / newest, 1000)

    runs.resume(run)
    process = worker(run)
    wait_until(lambda: len(run.epochs()) > len(before) + 1)
    run.ask_to_stop()
    wait_until(lambda: run.state.is_final)
    epochs = run.epochs()
    assert [row["epoch"] for row in epochs] == list(range(1, len(epochs) + 1))
    for old, new in zip(before, epochs, strict=False):
        assert new["val_loss"] == pytest.approx(old["val_loss"])
    assert f"Damaged and passed over: {newest}." in run.status()["note"]
    assert run.state == RunState.STOPPED and run.has_model


PAGE = """
import time
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=60).run().switch_page("pages/train/page.py").run()
page.segmented_control(key="train_architecture").set_value("linear").run()
page.number_input(key="train_epochs").set_value(1000).run()
next(button for button in page.button if button.label == "Start training").click().run()
print(page.selectbox(key="run").value, flush=True)
time.sleep(100)
"""


def test_a_run_goes_on_when_the_page_that_started_it_is_killed_and_is_found_again(python, with_sample):
    page = python(PAGE)
    run = runs.find(page.stdout.readline().strip())
    page.kill()
    page.wait()
    assert runs.all_runs() == [run]
    wait_until(lambda: run.epochs())
    assert run.state == RunState.RUNNING
    os.kill(run.status()["pid"], signal.SIGKILL)
    wait_until(lambda: run.state == RunState.LOST, seconds=15)


def test_a_worker_that_hangs_is_told_and_recovers(worker, run):
    other = runs.create(make_config())
    with other.lock():
        write_json(other.path / "status.json", {"state": RunState.RUNNING, "updated": time.time()})
        process = worker(run)  # waits for its turn, so that it needs no TensorFlow
        wait_until(lambda: run.is_held())
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: not run.status()["responding"], seconds=15)
        assert run.state == RunState.QUEUED
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: run.status()["responding"], seconds=15)


def test_a_worker_whose_memory_is_limited_ends_in_words(worker, run):
    process = worker(run, "import resource; resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))")
    process.wait(timeout=60)
    assert run.state in (RunState.FAILED, RunState.LOST)
    assert run.status()["error"] and not run.has_model
