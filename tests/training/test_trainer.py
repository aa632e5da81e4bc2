"""A process that trains one run after the other: what it has compiled makes it faster and changes no number."""

import functools
import json

import pytest

from tests.training.conftest import output_of

CODE = """
import gc, hashlib, json, os, sys, time
import numpy as np
from digits.networks.library import keras
from digits.data.dataset import open_dataset
from digits.networks import architectures
from digits.networks.settings import make_settings
from digits.training import trainer, warm_engine

data, built, build = open_dataset("sample"), [], warm_engine._build
warm_engine._build = lambda *asked: built.append(asked) or build(*asked)


def settings(seed):
    # With dropout, batch normalisation and one-cycle; augmentation is ready at other times.
    return make_settings(
        architecture="cnn", filters=4, units=16, epochs=2, seed=seed, augmentation=False, batch_size=256
    )


def digest(arrays):
    return hashlib.sha256(b"".join(np.array(array).tobytes() for array in arrays)).hexdigest()


def train(seed, **more):
    began, rows, ticks, weights = time.perf_counter(), [], [], []
    fitted = trainer.fit(
        settings(seed), data, "CPU", on_epoch=lambda row: rows.append(row | {"seconds": None}),
        on_tick=lambda tick: ticks.append(time.perf_counter() - began),
        on_weights=lambda epoch, model: weights.append(digest(model.get_weights())), **more,
    )
    results.append({"rows": rows, "weights": weights, "end": digest(fitted.model.get_weights())})
    waits.append(ticks[0])
    return fitted.model


def num_graphs():
    gc.collect()
    return sum(type(thing).__name__ == "FuncGraph" for thing in gc.get_objects())


class CallsPython(keras.layers.Layer):  # where no compiler can follow
    def call(self, x):
        import tensorflow as tf

        y = tf.py_function(lambda v: v, [x], tf.float32)
        y.set_shape(x.shape)
        return y


def refusal():
    layers = [keras.layers.Flatten(), CallsPython(), keras.layers.Dense(10, activation="softmax")]
    architectures.build = lambda settings: keras.Sequential([keras.Input((28, 28, 1)), *layers])
    try:
        trainer.fit(make_settings(architecture="mlp", xla="on"), data, "CPU")
    except Exception as error:
        return f"{type(error).__name__}: {error}"


results, waits = [], []
if sys.argv[1:]:
    train(int(sys.argv[1]))
    seeded = trainer._untrained(settings(7)).variables
    keras.utils.set_random_seed(7)
    print(json.dumps([results[0], waits[0], digest(seeded) == digest(architectures.build(settings(7)).variables)]))
else:
    warm_engine.warm_up(settings(0))
    first = train(1)
    train(2)
    stops = iter([False, False, True])
    trainer.fit(settings(3), data, "CPU", should_stop=lambda: next(stops))
    train(1)
    num_built, before = len(built), num_graphs()
    try:
        trainer.fit(settings(3), data, "CPU", on_epoch=lambda row: 1 / 0)
    except ZeroDivisionError:
        pass
    train(2)
    graphs, engines = [before, num_graphs()], [num_built, len(built)]
    refused = "" if os.environ["KERAS_BACKEND"] == "jax" else refusal()
    print(json.dumps([results, waits, engines, graphs, digest(first.get_weights()), refused]))
"""


@functools.cache
def ran(library, *arguments):
    """What that prints on a library, run once for all tests."""
    return json.loads(output_of(CODE, *arguments, library=library))


@pytest.mark.parametrize("library", ["tensorflow", "jax"])
def test_a_warm_process_trains_the_same_numbers_as_a_fresh_one_and_begins_sooner(with_sample, library):
    one, cold, as_keras_seeds = ran(library, "1")
    assert len(one["weights"]) == 3 and one["end"] == one["weights"][-1]
    assert as_keras_seeds

    results, warm, built, graphs, first, _ = ran(library)
    # After another seed, after one that was stopped within an epoch, and after one that failed.
    assert results[0] == results[2] == one and results[1] == results[3] and results[1]["end"] != one["end"]
    assert first == one["end"]  # the trained network stays as it is while the next one is trained
    assert built == [1, 2]  # only the failure cost the engine
    assert graphs[0] == graphs[1]  # and the engine that it cost is gone
    assert min(warm[:3]) < cold / 2


def test_a_network_that_xla_cannot_compile_is_told_in_one_sentence(with_sample):
    said = "XLA cannot compile the network mlp on this machine. Set XLA to auto or off."
    assert ran("tensorflow")[-1] == f"DigitsError: {said}"
