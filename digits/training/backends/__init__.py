"""What differs between the libraries that Keras runs on: one module each, with the same functions.

to_device(array)               an array on the device that trains
gradient(forward, model)       loss, num_correct and the gradient of the loss
forget_replicas(optimizer)     keeps an optimizer from holding a compiled graph for ever
fuse(model, optimizer)         lets their many small operations be few large ones, where XLA does not do so
loop(step, variables, xla=...) the compiled loop over the batches of an epoch
use_threads(number)            sets how many cores an operation may have; False where that is not to be chosen
gpu()                          the name of the first GPU, tried out; None without one
gpu_memory()                   bytes of its memory that this process has taken at most so far
COMPILE_ERRORS                 what is raised where XLA, which is not always needed, cannot do it
DEVICE_ERRORS                  what is raised where a device cannot go on, out of memory for one

Everything else, the step itself included, is written once, with Keras' own functions. Importing this loads neither.
"""

import importlib
from types import ModuleType


def current() -> ModuleType:
    """Return the module of the library that Keras runs on here. Imports Keras."""
    from digits.networks.library import keras

    return importlib.import_module(f"{__name__}.{keras.backend.backend()}")
