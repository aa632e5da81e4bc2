import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digits.errors import DamagedFile, DigitsError, RunBusy, UnknownRun
from digits.networks.settings import make_config
from digits.runs import runs
from digits.runs.run import GRACE_SECONDS, RunState
from digits.storage.home import ROOT, runs_folder
from digits.storage.records import append_json_line, write_json


@pytest.fixture
def run(digits_home):
    return runs.create(make_config())


def test_a_new_run_waits_and_knows_what_decides_it(run):
    assert run.state == RunState.QUEUED
    assert run.config == make_config()
    assert runs.all_runs() == [run]


def test_runs_made_in_the_same_second_get_ids_of_their_own_newest_first(digits_home):
    made = [runs.create(make_config()) for _ in range(5)]
    assert len({run.id for run in made}) == 5
    assert {run.id for run in runs.all_runs()} == {run.id for run in made}


@pytest.mark.parametrize("run_id", ["", "nope", "../..", "a/b", "A", "x" * 65, "\0", "<script>", "..", "starter/.."])
def test_an_id_that_is_none_is_refused(digits_home, run_id):
    with pytest.raises(UnknownRun):
        runs.find(run_id)


def test_a_running_run_whose_worker_was_killed_is_lost(run):
    """A real process holds the lock and is killed by the system."""
    code = (
        "import sys, time; from digits.training import runs; from digits.storage.records import write_json; import os\n"
        "run = runs.find(sys.argv[1])\n"
        "with run.lock():\n"
        "    write_json(run.path / 'status.json', {'state': 'running', 'updated': time.time(), 'pid': os.getpid()})\n"
        "    print('up', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, run.id], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "up\n"
    assert run.state == RunState.RUNNING
    with pytest.raises(RunBusy):
        runs.delete(run)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert run.state == RunState.LOST
    assert "ended without a word" in run.status()["error"]


def test_a_run_whose_worker_never_came_up_is_lost_after_the_grace(run):
    write_json(run.path / "status.json", {"state": "starting", "updated": time.time() - GRACE_SECONDS - 1})
    assert run.state == RunState.LOST


@pytest.mark.parametrize("text", ["", "{", '{"state": "dancing"}', "[]"])
def test_a_damaged_status_is_told_not_raised(run, text):
    (run.path / "status.json").write_text(text)
    assert run.status()["state"] == RunState.LOST
    assert "damaged" in run.status()["error"]


def test_metrics_are_told_apart_and_a_cut_line_is_passed_over(run):
    tick = {"epoch": 1, "step": 5, "steps": 10, "loss": 1.0, "accuracy": 0.5}
    epoch = {"epoch": 1, "seconds": 2.0, "loss": 0.5, "accuracy": 0.9, "val_loss": 0.6, "val_accuracy": 0.8}
    append_json_line(run.path / "metrics.jsonl", tick)
    append_json_line(run.path / "metrics.jsonl", epoch)
    with (run.path / "metrics.jsonl").open("a") as log:
        log.write('{"epoch": 2, "val_loss"')
    assert (run.ticks(), run.epochs()) == ([tick], [epoch])


NAMES = [
    "../../etc",
    "<script>alert(1)</script>",
    "مرحبا",
    "=1+1",
    "a\0b",
    "x" * 10_000,
    "\u202egnp.exe",
    "🙂",
    "\ud800",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text() | st.sampled_from(NAMES))
def test_a_name_is_one_line_of_text_and_touches_no_path(run, name):
    before = sorted(runs_folder().iterdir())
    run.rename(name)
    assert 1 <= len(run.name) <= 80 and run.name.isprintable()
    write_json(run.path / "name.json", {"name": name})  # written past rename, by hand or by another program
    assert 1 <= len(run.name) <= 80 and run.name.isprintable()
    assert sorted(runs_folder().iterdir()) == before


@pytest.mark.parametrize("name", ["My First", "[a](b)", "<b>", ".deleted-20261123-120000-cnn", "x" * 65])
def test_a_folder_whose_name_is_no_id_is_no_run(run, name):
    run.path.rename(run.path.with_name(name))
    assert runs.all_runs() == []


def test_an_empty_name_brings_the_id_back(run):
    run.rename("Mine")
    assert run.name == "Mine"
    run.rename("  ")
    assert run.name == run.id


def test_a_finished_run_can_be_deleted_and_leaves_nothing(run):
    write_json(run.path / "status.json", {"state": "failed", "updated": 0})
    runs.delete(run)
    assert list(runs_folder().iterdir()) == []
    with pytest.raises(UnknownRun):
        runs.find(run.id)


def test_the_starter_cannot_be_deleted():
    with pytest.raises(DigitsError, match="cannot be deleted"):
        runs.delete(runs.find("starter"))


@pytest.mark.parametrize("name", ["model.keras", "model.tflite", "layers.tflite"])
def test_a_model_file_with_a_flipped_bit_is_never_handed_out(with_run, name):
    file = with_run.model_file(name)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(DamagedFile, match=f"{name} of the run {with_run.id}"):
        with_run.model_file(name)


def test_notes_and_tags_are_kept_as_plain_text(with_run):
    assert (with_run.notes, with_run.tags) == ("", [])
    with_run.annotate("two\nlines\0 and \u202eturned " + "x" * 600, [" good ", "good", "", "b\nc", *"defghijk"])
    assert with_run.notes.startswith("two lines and turned xxx") and len(with_run.notes) == 500
    assert with_run.tags == ["good", "b c", *"defghi"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"notes": 5, "tags": null}'])
def test_damaged_notes_are_no_notes(with_run, text):
    (with_run.path / "notes.json").write_text(text)
    assert (with_run.notes, with_run.tags) == ("", [])
