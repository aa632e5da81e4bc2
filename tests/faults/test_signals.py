"""What signals do to `train` at the command line, and what its state says then."""

import json
import os
import pty
import signal
import subprocess
import sys

import pytest

from digits.commands import checks
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage.home import ROOT, run_folder
from tests.conftest import wait_until

TRAIN = """
import sys
import tests.faults.quick_engine
from digits.__main__ import main
sys.exit(main(["train", *sys.argv[1:]]))
"""


def train(*arguments, **streams):
    return subprocess.Popen([sys.executable, "-c", TRAIN, *arguments], cwd=ROOT, text=True, **streams)


DEAF = """
import os, signal, time
from pathlib import Path
def export(model, folder):
    while signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        time.sleep(0.01)
    Path(os.environ["DIGITS_HOME"], "heard").touch()
    time.sleep(1000)
sys.modules["digits.training.export"].export = export
"""


def newest():
    return runs.page()[0]


@pytest.fixture
def training(with_sample):
    """A run that has got going at the command line. Returns its process."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with train("--architecture", "linear", "--epochs", "1000", "--json", **pipes) as process:
        wait_until(lambda: runs.page() and newest().epochs_done > 1)
        yield process
        process.kill()


def test_ctrl_c_keeps_the_model_so_far_and_evaluates_it(training):
    training.send_signal(signal.SIGINT)
    said, _ = training.communicate()
    run, result = newest(), json.loads(said)
    assert (training.returncode, result["run"], result["state"]) == (0, run.id, "stopped")
    assert result["test"]["n"] == 1_000 and 1 < len(result["epochs"]) == run.epochs_done < 1000
    assert (run.state, run.lacks_evaluation) == (RunState.STOPPED, False) and run.model.temperature


def test_a_second_ctrl_c_ends_at_once_in_a_sentence_and_keeps_the_last_checkpoint(with_sample):
    """After the first one, the process goes on with something long."""
    deaf = TRAIN.replace("from digits", DEAF + "from digits", 1)
    command = [sys.executable, "-c", deaf, "--architecture", "linear", "--epochs", "3"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: runs.page() and newest().phase == "Saving the model")
        process.send_signal(signal.SIGINT)
        wait_until((with_sample / "heard").exists)  # two at the same moment are one to a process
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130 and said.strip().splitlines()[-1] == "python -m digits: ended by Ctrl-C."
    assert (newest().state, newest().model) == (RunState.STOPPED, None) and runs.files(newest().id, "checkpoint")
    assert newest().cause == "Ended at once by a second Ctrl-C. The last checkpoint is kept."


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_and_sighup_pause_a_training_with_a_checkpoint(training, name):
    training.send_signal(name)
    _, said = training.communicate()
    assert training.returncode == 1 and "The run is paused. Continue it: python -m digits train --resume" in said
    paused = newest()
    assert paused.state == RunState.PAUSED and max(runs.files(paused.id, "checkpoint")) == paused.epochs_done
    with train("--resume", paused.id, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until(lambda: newest().epochs_done > paused.epochs_done)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    assert f"{paused.id} (stopped)" in said and "test accuracy" in said
    assert [row["epoch"] for row in runs.epochs(paused.id)] == list(range(1, newest().epochs_done + 1))


def test_a_training_whose_terminal_is_closed_is_paused(with_sample):
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-c", TRAIN, "--architecture", "linear", "--epochs", "1000"])
    wait_until(lambda: os.read(terminal, 4096) and runs.page() and newest().epochs_done > 1)
    os.close(terminal)
    wait_until(lambda: os.waitpid(pid, os.WNOHANG)[0])
    assert newest().state == RunState.PAUSED and checks.database()


def test_ctrl_c_while_it_waits_for_the_device_takes_it_out_of_the_queue(training):
    with train("--architecture", "linear", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
        [queued] = wait_until(runs.queue)
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate()
    assert waiting.returncode == 1 and "Traceback" not in said
    assert runs.get(queued.id).state == RunState.STOPPED and not run_folder(queued.id).exists()
    assert [run.state for run in runs.active()] == [RunState.RUNNING]
    assert runs.create(make_settings(), queued=False).state == RunState.STOPPED


def test_ctrl_c_while_it_enters_the_queue_takes_it_out_again(training):
    hasty = TRAIN.replace("from digits", """
import os, signal
from digits.tasks import execution
find = execution.store.find
def interrupt(*arguments):
    execution.store.find = find
    os.kill(os.getpid(), signal.SIGINT)
    return find(*arguments)
execution.store.find = interrupt
from digits""", 1)  # fmt: skip
    command = [sys.executable, "-c", hasty, "--architecture", "linear"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert (newest().state, runs.queue()) == (RunState.STOPPED, [])
