"""A GPU that fails, on both libraries: there is none here, so that its errors are raised by hand."""

import json
import os
import subprocess
import sys

import pytest

from digits.storage.home import ROOT
from digits.training import backends

CODE = """
import json, os, sys
from digits.training import runs, work
from digits.networks.settings import make_config

library, racers = sys.argv[1], int(sys.argv[2])
run = runs.create(make_config(architecture="linear", epochs=3, seed=5, backend=library, racers=racers))
os.environ["KERAS_BACKEND"] = library
import keras, numpy as np
from digits.inference.recognizer import Recognizer
from digits.training import device, trainer

if library == "jax":
    import jax
    full, old = jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory"), jax.errors.JaxRuntimeError("no kernel")
else:
    import tensorflow as tf
    full = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
    old = tf.errors.InternalError(None, None, "no kernel")


def fail():
    raise old


def fit(config, dataset, name, *, on_tick, fit=trainer.fit, **more):
    def tick(row):
        if name != "CPU" and row["epoch"] == 2:
            raise full
        on_tick(row)

    return fit(config, dataset, name, on_tick=tick, **more)


device.backend.gpu = fail
unusable = device.choose()
device.backend.gpu, device.backend.gpu_memory, trainer.fit = lambda: "Fake GPU", lambda: 2**30, fit
status = work.work(run)
alone = []
if racers > 1:
    config = make_config(architecture="linear", epochs=3, seed=5 + run.epochs()[-1]["leader"], backend=library)
    fit(config, work.open_dataset("sample"), "CPU", on_tick=lambda tick: None, on_epoch=alone.append)
growth = os.environ["TF_FORCE_GPU_ALLOW_GROWTH" if library == "tensorflow" else "XLA_PYTHON_CLIENT_PREALLOCATE"]
answers = Recognizer.load(run.model_file()).probabilities(images := np.asarray(work.open_dataset("sample").images[:50]))
expected = keras.models.load_model(run.path / "model.keras").predict(images[..., None].astype("float32"), verbose=0)
print(json.dumps({
    "unusable": vars(unusable), "status": status, "epochs": run.epochs(), "alone": alone, "growth": growth,
    "litert": float(np.abs(answers - expected).max()),
}))
"""


@pytest.fixture(params=[("tensorflow", 1), ("jax", 2)], ids=lambda param: param[0])
def ended(request, with_sample):
    """What became of a run whose GPU was full in the second epoch; on JAX of a race."""
    library, racers = request.param
    if not backends.is_installed(library):
        pytest.skip("pip install -r requirements-jax.txt")
    process = subprocess.run(
        [sys.executable, "-c", CODE, library, str(racers)],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])


def test_a_gpu_that_is_full_or_cannot_be_used_is_told_and_the_cpu_takes_over(ended):
    assert ended["unusable"] == {
        "name": "CPU",
        "note": "The GPU cannot be used (no kernel), so it trains on the CPU.",
    }
    status = ended["status"]
    assert (status["state"], status["device"]) == ("done", "CPU"), status
    said = "Fake GPU is out of memory, so it continued on the CPU. It went on after epoch 1."
    assert status["note"] == said
    assert 2**28 < status["memory"]["used"] < status["memory"]["total"]
    assert [row["epoch"] for row in ended["epochs"]] == [1, 2, 3]
    assert status["backend"] in status["versions"]
    assert ended["growth"] == {"tensorflow": "true", "jax": "false"}[status["backend"]]
    assert ended["litert"] < 1e-4  # the same weights, whichever library trained them
    if ended["alone"]:  # the winner of a race is the network that its seed alone would have made
        row, alone = ended["epochs"][-1], ended["alone"][-1]
        assert row["racers"][row["leader"]]["val_accuracy"] == max(each["val_accuracy"] for each in row["racers"])
        assert (row["val_accuracy"], row["val_loss"]) == pytest.approx(
            (alone["val_accuracy"], alone["val_loss"]), rel=1e-3
        )
