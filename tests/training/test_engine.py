"""The compiled epoch against Keras' own loop, batch by batch. Keras is the oracle."""

import json
import os
import subprocess
import sys

import pytest

from digits.home import ROOT

# In a process of its own: TensorFlow in this one would slow down every later test of the pages.
CODE = """
import json, sys
import keras, numpy as np
from digits.training.architectures import ARCHITECTURES
from digits.training.engine import Digits, Engine

name, xla, n = sys.argv[1], sys.argv[2] == "on", int(sys.argv[3])
rng = np.random.default_rng(0)
images, labels = rng.integers(0, 256, (n, 28, 28), np.uint8), rng.integers(0, 10, n).astype(np.uint8)
order = rng.permutation(n).astype(np.int32)


def network():
    keras.utils.set_random_seed(1)
    model = ARCHITECTURES[name]()
    # Dropout draws other numbers in another loop, so it is left out of the comparison.
    return keras.Sequential([layer for layer in model.layers if not isinstance(layer, keras.layers.Dropout)])


def loss():
    return keras.losses.CategoricalCrossentropy(reduction="mean_with_sample_weight")


ours, theirs = network(), network()
ours.build((None, 28, 28, 1)), theirs.build((None, 28, 28, 1))
theirs.set_weights(ours.get_weights())
engine = Engine(ours, keras.optimizers.Adam(0.001), loss(), batch_size=32, xla=xla)
digits = Digits(images, labels)
sums = engine.train(digits, order, 0, 1) + engine.train(digits, order, 1, -(-n // 32))

theirs.compile(keras.optimizers.Adam(0.001), "categorical_crossentropy", metrics=["accuracy"])
losses, hits = 0.0, 0.0
for start in range(0, n, 32):
    index = order[start : start + 32]
    x, y = images[index][..., None].astype("float32"), np.eye(10, dtype="float32")[labels[index]]
    theirs.reset_metrics()
    batch_loss, accuracy = theirs.train_on_batch(x, y)
    losses, hits = losses + float(batch_loss) * len(index), hits + float(accuracy) * len(index)

validated = engine.validate(digits)
again = ours.predict(images[..., None].astype("float32"), verbose=0)
print(json.dumps({
    "images": [sums.images, validated.images],
    "loss": [sums.loss, losses],
    "hits": [sums.hits, hits],
    "weights": float(max(np.abs(a - b).max() for a, b in zip(ours.get_weights(), theirs.get_weights()))),
    "validation": [validated.hits, int((again.argmax(1) == labels).sum())],
    "validation_loss": [validated.mean_loss, float(-np.log(again[np.arange(n), labels]).mean())],
}))
"""


@pytest.mark.parametrize(
    ("architecture", "xla", "num_images"),
    # 70 digits: two whole batches of 32, and a last one of 6 that the engine fills up with digits of weight 0. Batch
    # normalisation sees those as well, so the convolutional network is compared on whole batches.
    [("mlp", "on", 70), ("mlp", "off", 70), ("linear", "on", 70), ("cnn", "off", 96)],
)
def test_an_epoch_is_the_one_that_keras_trains_batch_by_batch(architecture, xla, num_images):
    process = subprocess.run(
        [sys.executable, "-c", CODE, architecture, xla, str(num_images)],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout.splitlines()[-1])
    assert result["images"] == [num_images, num_images]
    assert result["hits"][0] == pytest.approx(result["hits"][1], abs=1e-3)
    assert result["loss"][0] == pytest.approx(result["loss"][1], rel=1e-4)
    # Each step of Adam moves a weight by up to 0.001, so rounding may differ by a small part of that.
    assert result["weights"] < 2e-4
    assert result["validation"][0] == result["validation"][1]
    assert result["validation_loss"][0] == pytest.approx(result["validation_loss"][1], rel=1e-4)


CUTS = """
import keras, numpy as np
from digits.training.architectures import ARCHITECTURES
from digits.training.engine import Digits, Engine, Sums

rng = np.random.default_rng(0)
digits = Digits(rng.integers(0, 256, (960, 28, 28), np.uint8), rng.integers(0, 10, 960).astype(np.uint8))
order = rng.permutation(960).astype(np.int32)
for cuts in ([0, 30], [0, 1, 9, 30], [0, 7, 14, 21, 28, 30]):
    keras.utils.set_random_seed(1)
    model = ARCHITECTURES["mlp"]()
    model.build((None, 28, 28, 1))
    loss = keras.losses.CategoricalCrossentropy(reduction="mean_with_sample_weight")
    engine = Engine(model, keras.optimizers.Adam(0.001), loss, batch_size=32, xla=True)
    sums = Sums()
    for start, stop in zip(cuts, cuts[1:]):
        sums += engine.train(digits, order, start, stop)
    print(repr(sums.mean_loss))
"""


def test_wherever_an_epoch_is_cut_into_chunks_its_loss_is_the_same_to_the_last_bit():
    process = subprocess.run(
        [sys.executable, "-c", CUTS],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    losses = process.stdout.split()
    assert len(losses) == 3 and len(set(losses)) == 1, process.stderr or losses
