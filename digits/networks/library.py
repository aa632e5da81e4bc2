"""Keras with the library that it runs on, imported in half the time: everything imports Keras from here."""

import gc
import os
import sys

# What Keras and TensorFlow import where it is installed, to accept data that Digits never hands them.
_UNUSED = {"matplotlib", "pandas", "sklearn"} - sys.modules.keys()
if os.environ.get("KERAS_BACKEND") != "jax":
    _UNUSED |= {"jax"} - sys.modules.keys()

sys.modules.update(dict.fromkeys(_UNUSED))  # with None there, an import fails as if it were not installed
gc.disable()  # nothing of so many new objects is garbage, and searching them takes a quarter of the time
try:
    import keras as keras
finally:
    gc.freeze()  # nor will it ever be
    gc.enable()
    for _name in _UNUSED:
        del sys.modules[_name]
