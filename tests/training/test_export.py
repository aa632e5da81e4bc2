"""The files of a trained network: the pages' OpenCV computes what Keras computes, whichever library trained it."""

import json

import pytest

from digits.training import backends
from tests.training.test_engine import output_of

CODE = """
import json, sys
from pathlib import Path
import cv2, keras, numpy as np
from digits.networks.architectures import ARCHITECTURES
from digits.storage.files import checked
from digits.training.export import export, hidden_layers

architecture, folder = sys.argv[1], Path(sys.argv[2])
keras.utils.set_random_seed(1)
model = ARCHITECTURES[architecture]()
images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)[..., None].astype("float32")
expected = np.asarray(model(images))
wanted = keras.Model(model.inputs[0], list(hidden_layers(model).values()))(images)
wanted = np.concatenate([np.asarray(output).reshape(5, -1) for output in wanted], axis=1)

folder.mkdir()
(folder / "model.tflite").write_bytes(b"of an earlier training")
files, layers = export(model, folder)


def computed(name):
    net, rows = cv2.dnn.readNetFromTFLite(str(checked(folder, files[name]))), []
    for image in images:
        net.setInput(image.transpose(2, 0, 1)[None])
        rows.append(net.forward().ravel())
    return np.array(rows)


again = keras.models.load_model(checked(folder, files["model.keras"]), compile=False)
print(json.dumps({
    "files": {name: stored.name for name, stored in files.items()},
    "earlier": (folder / "model.tflite").read_text(),
    "there": sorted(file.name for file in folder.iterdir()),
    "layers": layers,
    "model": float(np.abs(computed("model.tflite") - expected).max()),
    "num_hidden": [len(wanted[0]), sum(int(np.prod(shape)) for shape in layers.values())],
    "hidden": float(np.abs(computed("layers.tflite") - wanted).max()),
    "keras": float(np.abs(np.asarray(again(images)) - expected).max()),
}))
"""


@pytest.mark.parametrize("library", ["tensorflow", "jax"])
def test_the_exported_files_compute_what_the_network_computes(tmp_path, monkeypatch, library):
    if not backends.is_installed(library):
        pytest.skip("pip install -r requirements-jax.txt")
    monkeypatch.setenv("KERAS_BACKEND", library)
    result = json.loads(output_of(CODE, "cnn", str(tmp_path / "run")))
    assert result["files"] == {
        "model.keras": "model.keras", "model.tflite": "model-2.tflite", "layers.tflite": "layers.tflite",
    }  # fmt: skip
    assert result["earlier"] == "of an earlier training"
    assert result["there"] == ["layers.tflite", "model-2.tflite", "model.keras", "model.tflite"]
    assert result["layers"] == {"convolution 1": [12, 12, 16], "convolution 2": [5, 5, 32], "features": [128]}
    assert result["model"] < 1e-5 and result["hidden"] < 1e-4 and result["keras"] < 1e-5
    assert result["num_hidden"] == [12 * 12 * 16 + 5 * 5 * 32 + 128] * 2
