"""Which device trains, and whether XLA compiles for it. Worker side: imports Keras with the library it runs on."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from digits.errors import DigitsError
from digits.networks.backends import TITLES
from digits.networks.library import keras
from digits.training import backends

# For the tutorial's epoch on two cores (docs/experiments.md): 512-bit vectors, which XLA avoids, make it 6% faster
# (processors without them ignore the flag); one operation after the other, each on all cores, another 17%.
CPU_FLAGS = "--xla_cpu_prefer_vector_width=512 --xla_cpu_enable_concurrency_optimized_scheduler=false"
GPU_PACKAGES = {"tensorflow": "tensorflow[and-cuda]", "jax": "jax[cuda13]"}

backend = backends.current()


class GpuFailed(DigitsError):
    """The GPU is out of memory or cannot be used; the CPU can."""


@dataclass(frozen=True)
class Device:
    """What trains."""

    name: str
    """The name of the first GPU, or CPU."""
    note: str = ""
    """Why the CPU trains although there is a GPU, in a sentence."""


def choose() -> Device:
    """Return the device that trains: the first GPU, where there is one that works, or the CPU."""
    flags = os.environ.get("XLA_FLAGS", "")
    if CPU_FLAGS not in flags:
        os.environ["XLA_FLAGS"] = f"{CPU_FLAGS} {flags}"  # read when XLA first starts
    try:
        name = backend.gpu()
    except backend.DEVICE_ERRORS as error:
        return Device("CPU", _sentence("The GPU", error, "it trains on the CPU."))
    if name is None and shutil.which("nvidia-smi"):
        library = keras.backend.backend()
        return Device(
            "CPU",
            f"{TITLES[library]} does not see the NVIDIA card, so it trains on the CPU. Install the package "
            f"{GPU_PACKAGES[library]} and start Digits again.",
        )
    return Device(name or "CPU")


@contextlib.contextmanager
def watched(device: Device) -> Iterator[None]:
    """Turn what goes wrong inside because of the GPU into GpuFailed, with a sentence."""
    try:
        yield
    except backend.DEVICE_ERRORS as error:
        if device.name == "CPU":
            raise
        raise GpuFailed(_sentence(device.name, error, "it continued on the CPU.")) from error


def cpu() -> contextlib.AbstractContextManager:
    """Return a context in which the CPU trains, whatever else there is."""
    return keras.device("cpu:0")


def memory(device: str) -> dict[str, int]:
    """Return {used, total} bytes of the device's memory: what this process has taken at most so far, and all of it."""
    if device == "CPU":
        return {"used": _process_peak(), "total": psutil.virtual_memory().total}
    return {"used": backend.gpu_memory(), "total": _gpu_total()}


def use_xla(choice: str, model: keras.Model, device: str) -> bool:
    """Return whether to compile the epoch as a whole with XLA: as chosen (on, off), or, for auto, where it is faster.

    Measured: on a GPU always; on a CPU for dense networks (4 times faster), not for convolutions (15 times slower). JAX
    always compiles with XLA: with False, batch by batch, which is no slower for convolutions.
    """
    if choice != "auto":
        return choice == "on"
    convolutional = any(isinstance(layer, keras.layers.Conv2D) for layer in model.layers)
    return device != "CPU" or not convolutional


def _sentence(name: str, error: Exception, then: str) -> str:
    exhausted = type(error).__name__ == "ResourceExhaustedError" or "RESOURCE_EXHAUSTED" in str(error)
    reason = str(error).strip().split("\n")[0][:200]
    return f"{name} {'is out of memory' if exhausted else f'cannot be used ({reason})'}, so {then}"


def _process_peak() -> int:
    """Return how many bytes of the machine's memory this process has taken at most so far."""
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    import resource  # Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _gpu_total() -> int:
    """Return the size of the first GPU's memory in bytes by the driver's own tool, 0 where it gives none."""
    command = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits", "--id=0"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=10).stdout
        return int(output.strip()) * 2**20
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0
