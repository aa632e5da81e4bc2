"""The folder for a bare machine holds all that measures it there."""

import importlib.metadata
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from digits.errors import DigitsError
from tests.benchmarks import machine
from tests.benchmarks.device import pack as packing

MISSING = ("tensorflow", "cv2", "sklearn", "mlxtend", "requests", "plotly", "PIL", "cleanlab", "streamlit")


@pytest.fixture
def packed(with_sample, tmp_path, monkeypatch):
    """A packed folder, and what pip was asked for; the sample stands in for MNIST, and pip does nothing."""
    asked = []
    pip = SimpleNamespace(run=lambda command, **_: asked.append(command) or subprocess.CompletedProcess(command, 0))
    with monkeypatch.context() as patch:
        patch.setattr(packing, "open_dataset", lambda source: None)
        patch.setattr(packing, "data_folder", lambda source: with_sample / "data" / "sample")
        patch.setattr(packing, "subprocess", pip)
        size = packing.pack(tmp_path / "packed", python="3.12")
    assert size < packing.MAX_MB
    return tmp_path / "packed", asked[0]


def test_without_the_whole_mnist_it_says_what_to_do(digits_home, tmp_path):
    with pytest.raises(DigitsError) as refused:
        packing.pack(tmp_path / "packed", python="3.12")
    assert "python -m digits data mnist" in refused.value.with_hint


def test_it_holds_the_wheels_the_commit_and_the_digits(packed, with_sample):
    folder, asked = packed
    assert (folder / "COMMIT").read_text() == machine.commit()
    assert f"keras=={importlib.metadata.version('keras')}" in asked and "3.12" in asked
    assert subprocess.check_output(["sh", "-n", folder / "run.sh"]) == b""
    unpack = next(line for line in packing.RUN.splitlines() if "zipfile" in line).replace("python3", sys.executable)
    subprocess.run(unpack.split(), cwd=folder, check=True)
    for file in ("images.npy", "labels.npy"):
        original = with_sample / "data" / "sample" / file
        assert (folder / "home" / "data" / "mnist" / file).read_bytes() == original.read_bytes()


def test_it_measures_with_its_own_modules_and_none_that_a_bare_machine_lacks(packed):
    """Each missing package is blocked as if it were not installed; Keras then needs JAX."""
    pytest.importorskip("jaxlib", reason="pip install -r requirements-jax.txt")
    code = f"""
import importlib, os, sys
sys.modules |= dict.fromkeys({MISSING})
from tests.benchmarks import __main__, measurements
from tests.benchmarks.device import report
for name in (*report.PARTS, "ours_to_goal"):
    importlib.import_module(f"tests.benchmarks.device.{{name}}")
from digits.training import device, trainer, parallel_runs
modules = [module for name, module in sys.modules.items() if name.split(".")[0] in ("digits", "tests") and module]
assert all(module.__file__.startswith(os.getcwd()) for module in modules), modules
print("loaded")
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": "."}
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=packed[0], env=environment, capture_output=True, text=True, timeout=120
    )
    assert process.stdout == "loaded\n", process.stderr
