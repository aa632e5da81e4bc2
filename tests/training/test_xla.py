"""A network that XLA cannot compile."""

import subprocess
import sys

from digits.storage.home import ROOT

# In a process of its own, with a layer that calls back into Python, which no compiler can.
CODE = """
from digits.networks.library import keras
import tensorflow as tf
from digits.data.dataset import open_dataset
from digits.networks import architectures
from digits.networks.settings import make_settings
from digits.training import trainer

class CallsPython(keras.layers.Layer):
    def call(self, x):
        y = tf.py_function(lambda v: v, [x], tf.float32)
        y.set_shape(x.shape)
        return y

layers = [keras.layers.Flatten(), CallsPython(), keras.layers.Dense(10, activation="softmax")]
architectures.build = lambda settings: keras.Sequential([keras.Input((28, 28, 1)), *layers])
try:
    trainer.fit(make_settings(architecture="mlp", xla="on"), open_dataset("sample"), "CPU")
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_network_that_xla_cannot_compile_is_told_in_one_sentence(with_sample):
    process = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True)
    said = "XLA cannot compile the network mlp on this machine. Set XLA to auto or off."
    assert process.stdout == f"DigitsError {said}\n", process.stderr
