import importlib.metadata
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from tests.benchmarks.engine import machine
from tests.benchmarks.engine import pack as packing


def test_without_the_whole_mnist_it_says_what_to_do(digits_home, tmp_path):
    with pytest.raises(DigitsError, match="python -m digits data mnist"):
        packing.pack(tmp_path / "packed")


def test_a_bare_machine_gets_the_package_the_wheels_and_the_digits_back(with_sample, tmp_path, monkeypatch):
    """Pip is not asked here, and the sample stands in for MNIST."""
    asked = []
    monkeypatch.setattr(packing, "open_dataset", lambda source: open_dataset("sample"))
    pip = SimpleNamespace(run=lambda command, **_: asked.append(command) or subprocess.CompletedProcess(command, 0))
    monkeypatch.setattr(packing, "subprocess", pip)
    folder = tmp_path / "packed"
    assert packing.pack(folder, python="3.12") < packing.MAX_MB
    assert (folder / "COMMIT").read_text() == machine.commit()
    assert f"keras=={importlib.metadata.version('keras')}" in asked[0] and "3.12" in asked[0]
    assert subprocess.check_output(["sh", "-n", folder / "run.sh"]) == b""
    packing.unpack(folder)
    monkeypatch.undo()
    monkeypatch.setenv("DIGITS_HOME", str(with_sample))
    there = np.load(with_sample / "data" / "mnist" / "images.npy")
    assert np.array_equal(there, open_dataset("sample").images)
    assert not (folder / "digits" / "starter").exists() and (folder / "digits" / "training" / "engine.py").is_file()


def test_what_measures_a_bare_machine_loads_neither_tensorflow_nor_opencv_nor_what_else_it_lacks():
    """Blocked as if they were not installed; on TensorFlow nothing of it could be loaded, so it needs JAX."""
    pytest.importorskip("jaxlib", reason="pip install -r requirements-jax.txt")
    code = """
import sys
for name in ("tensorflow", "cv2", "sklearn", "mlxtend", "requests", "plotly", "PIL", "cleanlab"):
    sys.modules[name] = None
import tests.benchmarks.engine.card, tests.benchmarks.engine.pack, tests.benchmarks.engine.throughput, tests.benchmarks.engine.ceilings, tests.benchmarks.engine.ours_to_goal
import tests.benchmarks.engine.breakdown, tests.benchmarks.engine.fit_throughput, tests.benchmarks.engine.race
from digits.training import device, trainer, race
print("loaded")
"""
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120,
        env={**os.environ, "KERAS_BACKEND": "jax"}, cwd=packing.ROOT,
    )  # fmt: skip
    assert process.stdout == "loaded\n", process.stderr
