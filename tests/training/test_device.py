"""A GPU that fails, on both libraries: there is none here, and its errors are raised by hand."""

import json

import pytest

from tests.training.conftest import output_of

# Trains as digits/pipeline.py does, on a GPU that is full in the second epoch.
CODE = """
import json, os, sys
from digits.data.dataset import open_dataset
from digits.networks.settings import make_settings

library, racers = os.environ["KERAS_BACKEND"], int(sys.argv[1])
from digits.networks.library import keras
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


def fill(row):
    if row["epoch"] == 2:
        raise full
    rows.append(row)


device.backend.gpu = fail
unusable = device.choose()
device.backend.gpu, device.backend.gpu_memory = lambda: "Fake GPU", lambda: 2**30
chosen, data = device.choose(), open_dataset("sample")
settings = make_settings(architecture="linear", epochs=3, seed=5, racers=racers)
rows, checkpoints, alone, failure, on_cpu = [], [], [], "", ""
try:
    with device.watched(chosen):
        trainer.fit(settings, data, chosen.name, on_epoch=fill, on_checkpoint=checkpoints.append)
except device.GpuFailed as failed:
    failure = str(failed)
    with device.cpu():
        trainer.fit(settings, data, "CPU", checkpoint=checkpoints[-1], on_epoch=rows.append)
try:
    with device.watched(unusable):
        fail()
except device.backend.DEVICE_ERRORS as error:
    on_cpu = type(error).__name__
if racers > 1:
    one = make_settings(architecture="linear", epochs=3, seed=5 + rows[-1]["leader"])
    trainer.fit(one, data, "CPU", on_epoch=alone.append)
device.backend.gpu, device.shutil.which = lambda: None, lambda name: f"/usr/bin/{name}"
unseen = device.choose()
print(json.dumps({
    "unseen": vars(unseen), "unusable": vars(unusable), "chosen": vars(chosen), "failure": failure, "on_cpu": on_cpu,
    "epochs": rows, "alone": alone, "memory": [device.memory(name) for name in ("CPU", "Fake GPU")],
    "growth": os.environ["TF_FORCE_GPU_ALLOW_GROWTH" if library == "tensorflow" else "XLA_PYTHON_CLIENT_PREALLOCATE"],
    "flags": os.environ["XLA_FLAGS"].count(device.CPU_FLAGS),
    "unused": [name for name in ("matplotlib", "pandas", "sklearn") if name in sys.modules],
}))
"""


@pytest.mark.parametrize(("library", "racers"), [("tensorflow", 1), ("jax", 2)])
def test_where_the_gpu_is_full_or_cannot_be_used_the_cpu_continues(with_sample, library, racers):
    """On JAX for two networks at once."""
    ended = json.loads(output_of(CODE, racers, library=library))
    assert ended["unusable"] == {
        "name": "CPU",
        "note": "The GPU cannot be used (no kernel), so it trains on the CPU.",
    }
    title, package = {"tensorflow": ("TensorFlow", "tensorflow[and-cuda]"), "jax": ("JAX", "jax[cuda13]")}[library]
    assert ended["unseen"] == {
        "name": "CPU",
        "note": f"{title} does not see the NVIDIA card, so it trains on the CPU. Install the package {package} and "
        "start Digits again.",
    }
    assert ended["chosen"] == {"name": "Fake GPU", "note": ""}
    assert ended["failure"] == "Fake GPU is out of memory, so it continued on the CPU."
    assert ended["on_cpu"] == {"tensorflow": "InternalError", "jax": "JaxRuntimeError"}[library]  # no GPU is to blame
    cpu, gpu = ended["memory"]
    assert 2**28 < cpu["used"] < cpu["total"] and gpu["used"] == 2**30
    assert [row["epoch"] for row in ended["epochs"]] == [1, 2, 3]
    assert ended["growth"] == {"tensorflow": "true", "jax": "false"}[library]
    assert ended["unused"] == []  # each of them takes as long to import as a tenth of Keras
    assert ended["flags"] == 1  # chosen twice in a process that trains one run after the other
    if racers > 1:  # the leader is the network that its seed alone would have made
        row, alone = ended["epochs"][-1], ended["alone"][-1]
        assert row["racers"][row["leader"]]["val_accuracy"] == max(each["val_accuracy"] for each in row["racers"])
        assert (row["val_accuracy"], row["val_loss"]) == pytest.approx(
            (alone["val_accuracy"], alone["val_loss"]), rel=1e-3
        )
