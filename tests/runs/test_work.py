"""Trainings for real, in processes of their own, on the sample."""

import json
import signal
import subprocess
import sys
import time

import pytest

from digits.errors import BadConfig
from digits.networks.settings import make_config
from digits.runs import queue, runs
from digits.runs.run import RunState
from digits.storage.home import ROOT
from tests.conftest import digits, wait_until


def test_a_training_leaves_a_whole_run(with_run):
    assert with_run.state == RunState.DONE
    assert [epoch["epoch"] for epoch in with_run.epochs()] == [1, 2, 3]
    assert with_run.epochs()[-1]["val_accuracy"] > 0.8
    assert with_run.status()["device"]
    assert sorted(path.name for path in with_run.path.iterdir()) == [
        "calibration.json", "checkpoint", "config.json", "evaluation", "layers.tflite", "manifest.json",
        "metrics.jsonl", "model.keras", "model.tflite", "run.lock", "snapshots",
        "status.json", "worker.log",
    ]  # fmt: skip


def test_a_worker_started_from_the_page_trains_judges_and_ends(with_sample):
    run = runs.create(make_config(architecture="linear", epochs=2))
    queue.start(run)
    wait_until(lambda: run.state.is_final)
    assert (run.state, len(run.epochs())) == (RunState.DONE, 2)
    wait_until(lambda: (run.path / "evaluation" / "tutorial" / "report.json").exists())


def test_stop_keeps_the_model_so_far(with_sample):
    run = runs.create(make_config(architecture="mlp", epochs=1000, learning_rate=0.001))
    queue.start(run)
    wait_until(lambda: run.epochs())
    asked = time.monotonic()
    run.ask_to_stop()
    wait_until(lambda: run.state.is_final)
    assert run.state == RunState.STOPPED
    assert run.has_model and run.model_file().stat().st_size > 100_000
    assert time.monotonic() - asked < 30
    assert len(run.epochs()) < 1000


def test_ctrl_c_at_the_command_line_keeps_the_model_so_far(with_sample):
    process = subprocess.Popen(
        [sys.executable, "-m", "digits", "train", "--architecture", "linear", "--epochs", "1000", "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    wait_until(lambda: runs.all_runs() and runs.all_runs()[0].epochs())
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    result = json.loads(said)
    assert (process.returncode, result["state"]) == (0, "stopped")
    assert 0 < len(result["epochs"]) < 1000 and runs.all_runs()[0].has_model


def test_pause_frees_the_device_and_going_on_continues_the_curve(with_sample):
    run = runs.create(make_config(architecture="linear", epochs=1000))
    queue.start(run)
    wait_until(lambda: run.epochs())
    run.ask_to_pause()
    wait_until(lambda: run.state.is_final)
    seen = run.epochs()
    assert run.status()["phase"] == "On request"
    assert (run.state, run.has_model, run.is_held()) == (RunState.PAUSED, False, False)
    with pytest.raises(BadConfig, match="epochs is 5; expected a last epoch from 1000"):
        runs.resume(run, 5)

    runs.resume(run)
    queue.start(run)
    wait_until(lambda: len(run.epochs()) > len(seen) + 1)
    run.ask_to_stop()
    wait_until(lambda: run.state.is_final)
    epochs = run.epochs()
    assert (run.state, run.has_model) == (RunState.STOPPED, True)
    assert [row["epoch"] for row in epochs] == list(range(1, len(epochs) + 1))
    assert epochs[: len(seen)] == seen
    assert run.status()["note"] == f"It went on after epoch {len(seen)}."


def test_a_finished_run_goes_on_to_more_epochs_at_the_command_line(with_run, digits_home):
    refused = digits("train", "--resume", with_run.id, home=digits_home, check=False)
    assert refused.returncode == 2 and "has done all its 3 epochs; ask for more" in refused.stderr
    other = digits("train", "--resume", with_run.id, "--seed", "1", home=digits_home, check=False)
    assert other.returncode == 2 and "--seed cannot change when a run goes on" in other.stderr
    before = with_run.epochs()
    said = digits("train", "--resume", with_run.id, "--epochs", "5", "--json", home=digits_home).stdout
    result = json.loads(said)
    assert (result["run"], [row["epoch"] for row in result["epochs"]]) == (with_run.id, [1, 2, 3, 4, 5])
    assert result["epochs"][:3] == before and with_run.has_model
    assert runs.command(with_run).endswith("and then --resume RUN --epochs 5")


def test_a_second_run_waits_for_the_first_and_can_be_stopped_while_it_waits(with_sample):
    first, second = (runs.create(make_config(architecture="mlp", epochs=1000)) for _ in range(2))
    queue.start(first)
    wait_until(lambda: first.state == RunState.RUNNING)
    queue.start(second)
    assert (second.state, queue.place(first), queue.place(second)) == (RunState.QUEUED, None, 1)
    second.ask_to_stop()
    queue.advance()
    assert (second.state, second.has_model) == (RunState.STOPPED, False)
    assert first.state == RunState.RUNNING
    first.ask_to_stop()
    wait_until(lambda: first.state.is_final)


def test_a_damaged_config_fails_the_run_in_words(with_sample):
    run = runs.create(make_config(architecture="linear"))
    (run.path / "config.json").write_text("{")
    queue.start(run)
    wait_until(lambda: run.state.is_final)
    assert run.state == RunState.FAILED
    assert "config.json" in run.status()["error"]


@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_same_seed_same_numbers(with_sample, architecture):
    results = []
    for _ in range(2):
        process = digits(
            "train", "--architecture", architecture, "--epochs", "2", "--seed", "3", "--augmentation", "--json",
            home=with_sample,
        )  # fmt: skip
        result = json.loads(process.stdout)
        for epoch in result["epochs"]:
            del epoch["seconds"]
        results.append((result["epochs"], result["test"]))
    assert results[0] == results[1]


def test_a_run_that_is_not_queued_is_unknown_to_the_worker(digits_home):
    process = digits("work", "20260101-000000-mlp", home=digits_home, check=False)
    assert process.returncode == 1 and "There is no run" in process.stderr


def test_a_network_that_xla_cannot_compile_is_told_in_one_sentence(with_sample):
    """In a process of its own, with a layer that calls back into Python, which no compiler can."""
    code = """
import keras, tensorflow as tf
from digits.data.dataset import open_dataset
from digits.training import architectures, trainer
from digits.networks.settings import make_config

class CallsPython(keras.layers.Layer):
    def call(self, x):
        y = tf.py_function(lambda v: v, [x], tf.float32)
        y.set_shape(x.shape)
        return y

layers = [keras.layers.Flatten(), CallsPython(), keras.layers.Dense(10, activation="softmax")]
architectures.ARCHITECTURES["mlp"] = lambda: keras.Sequential([keras.Input((28, 28, 1)), *layers])
try:
    trainer.fit(make_config(architecture="mlp", xla="on"), open_dataset("sample"), "CPU")
except Exception as error:
    print(type(error).__name__, error)
"""
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    said = process.stdout.strip()
    assert said.startswith("DigitsError XLA cannot compile mlp here (") and said.endswith("Set xla to auto or off.")
    assert "\n" not in said
