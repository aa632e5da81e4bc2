"""The compiled epoch against Keras' own loop, batch by batch. Keras is the oracle."""

import functools
import json

import pytest

from digits.networks.settings_table import OPTIMIZERS
from tests.training.conftest import output_of

CODE = """
import json, sys
import numpy as np
from digits.networks.library import keras
from digits.networks.architectures import build
from digits.networks.settings import make_settings
from digits.networks.settings_table import OPTIMIZERS
from digits.training.engine import Digits, Engine, Sums, backend
from digits.training.schedule import make_optimizer, schedule


def compare(name, xla, n):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (n, 28, 28), np.uint8), rng.integers(0, 10, n).astype(np.uint8)
    order = rng.permutation(n).astype(np.int32)
    ours, theirs = network(name), network(name)
    ours.build((None, 28, 28, 1)), theirs.build((None, 28, 28, 1))
    theirs.set_weights(ours.get_weights())
    engine = Engine(ours, keras.optimizers.Adam(0.001), loss(), batch_size=32, xla=xla == "on")
    digits = Digits(images, labels)
    sums = engine.train(digits, order, 0, 1) + engine.train(digits, order, 1, -(-n // 32))

    theirs.compile(keras.optimizers.Adam(0.001), "categorical_crossentropy", metrics=["accuracy"])
    losses, correct = 0.0, 0.0
    for start in range(0, n, 32):
        index = order[start : start + 32]
        x, y = images[index][..., None].astype("float32"), np.eye(10, dtype="float32")[labels[index]]
        theirs.reset_metrics()
        batch_loss, accuracy = theirs.train_on_batch(x, y)
        losses, correct = losses + float(batch_loss) * len(index), correct + float(accuracy) * len(index)

    validated = engine.validate(digits)
    again = ours.predict(images[..., None].astype("float32"), verbose=0)
    return {
        "images": [sums.num_images, validated.num_images],
        "loss": [sums.loss, losses],
        "num_correct": [sums.num_correct, correct],
        "weights": float(max(np.abs(a - b).max() for a, b in zip(ours.get_weights(), theirs.get_weights()))),
        "validation": [validated.num_correct, int((again.argmax(1) == labels).sum())],
        "validation_loss": [validated.mean_loss, float(-np.log(again[np.arange(n), labels]).mean())],
    }


def network(name):
    keras.utils.set_random_seed(1)
    model = build(make_settings(architecture=name))
    # Dropout draws other numbers in another loop, so it is left out of the comparison.
    return keras.Sequential([layer for layer in model.layers if not isinstance(layer, keras.layers.Dropout)])


def loss():
    return keras.losses.CategoricalCrossentropy(reduction="mean_with_sample_weight")


def normalized():
    shape = (3, 2, 2, 4)  # few numbers: an estimate of the variance of all is a twelfth larger than the batch's own
    images = np.random.default_rng(0).normal(3, 2, shape).astype("float32")
    ours, theirs = (keras.Sequential([keras.Input(shape[1:]), keras.layers.BatchNormalization()]) for _ in range(2))
    backend.fuse(ours, keras.optimizers.Adam())
    outputs = [[model(images, training=True), *model.get_weights(), model(images)] for model in (ours, theirs)]
    return [float(np.abs(np.array(a) - np.array(b)).max()) for a, b in zip(*outputs, strict=True)]


def optimized(name):
    # gradients from tiny to huge, and a learning rate that changes with every step
    ends, start = [], None
    for is_fused in (True, False):
        model = network("mlp")
        start = model.get_weights()
        optimizer = make_optimizer(name, schedule("one-cycle", 0.01, 12))
        optimizer.build(model.trainable_variables)
        if is_fused:
            backend.fuse(model, optimizer)
        rng = np.random.default_rng(0)
        for _ in range(12):
            gradients = [
                (10 ** rng.uniform(-6, 1) * rng.normal(0, 1, each.shape)).astype("float32")
                for each in model.trainable_variables
            ]
            optimizer.apply([keras.ops.convert_to_tensor(each) for each in gradients], model.trainable_variables)
        ends.append(model.get_weights() + [keras.ops.convert_to_numpy(each) for each in optimizer.variables])
    differences = [np.abs(a - b).max() / max(np.abs(b).max(), 1e-12) for a, b in zip(*ends, strict=True)]
    moved = max(np.abs(a - b).max() for a, b in zip(start, ends[0], strict=False))
    return float(max(differences)), float(moved)


def engine():
    keras.utils.set_random_seed(1)
    model = build(make_settings(architecture="mlp", units=16))
    model.add(keras.layers.Dropout(0.1))  # whose random state must continue, too
    model.build((None, 28, 28, 1))
    return Engine(model, keras.optimizers.Adam(0.001), loss(), batch_size=32, xla=True)


def cut():
    rng = np.random.default_rng(0)
    digits = Digits(rng.integers(0, 256, (960, 28, 28), np.uint8), rng.integers(0, 10, 960).astype(np.uint8))
    order = rng.permutation(960).astype(np.int32)
    one, losses, sums = engine(), [], None
    start = one.state()
    for cuts in ([0, 30], [0, 1, 9, 30], [0, 7, 14, 21, 28, 30]):
        one.restore(start)
        sums = Sums()
        for first, last in zip(cuts, cuts[1:]):
            sums += one.train(digits, order, first, last)
        losses.append(sums.mean_loss)
    before, saved = one, engine()
    before.restore(start)
    before.train(digits, order, 0, 9)
    saved.restore(before.state())
    ends = [e.train(digits, order, 9, 30).mean_loss for e in (before, saved)]
    return losses, ends, all(np.array_equal(a, b) for a, b in zip(before.state(), saved.state(), strict=True))


results = {"epochs": [compare(*case) for case in json.loads(sys.argv[1])], "cut": cut()}
if keras.backend.backend() == "tensorflow":  # on JAX nothing is fused
    results |= {"normalized": normalized(), "optimized": {name: optimized(name) for name in OPTIMIZERS}}
print(json.dumps(results))
"""

# 70 digits: two whole batches of 32, and a last one of 6 that the engine fills up with digits of weight 0. Batch
# normalisation sees those as well, so the convolutional network is compared on whole batches.
CASES = [("mlp", "on", 70), ("mlp", "off", 70), ("cnn", "off", 96)]
on_each_library = pytest.mark.parametrize("library", ["tensorflow", "jax"])


@functools.cache
def results(library):
    """The result of each case and of cuts, on TensorFlow also of what is fused: a process cannot change its library."""
    return json.loads(output_of(CODE, json.dumps(CASES), library=library))


@on_each_library
@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_epoch_is_the_one_that_keras_trains_batch_by_batch(library, case):
    num_images, result = case[-1], results(library)["epochs"][CASES.index(case)]
    assert result["images"] == [num_images, num_images]
    assert result["num_correct"][0] == pytest.approx(result["num_correct"][1], abs=1e-3)
    assert result["loss"][0] == pytest.approx(result["loss"][1], rel=1e-4)
    # Each step of Adam moves a weight by up to 0.001, so rounding may differ by a small part of that.
    assert result["weights"] < 2e-4
    assert result["validation"][0] == result["validation"][1]
    assert result["validation_loss"][0] == pytest.approx(result["validation_loss"][1], rel=1e-4)


@on_each_library
def test_wherever_an_epoch_is_cut_its_loss_is_the_same_to_the_last_bit_and_a_saved_state_continues_unchanged(library):
    losses, ends, same = results(library)["cut"]
    assert len(losses) == 3 and len(set(losses)) == 1, losses
    assert ends[0] == ends[1] and same


def test_batch_normalization_is_that_of_keras_with_its_moving_averages():
    assert max(results("tensorflow")["normalized"]) < 1e-5


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_moves_the_weights_as_keras_does_to_the_rounding_of_float32(name):
    difference, moved = results("tensorflow")["optimized"][name]
    # Adam divides by 1 - 0.999**step, of which float32 knows four digits at the first step: half of that is 3e-5.
    assert difference < 3e-5 and moved > 1e-3
