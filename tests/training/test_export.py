"""The files of a trained network: the pages' OpenCV computes what Keras computes, whichever library trained it."""

import json

import pytest

from digits.networks.settings import make_settings
from tests.training.conftest import output_of

CODE = """
import json, sys
from pathlib import Path
import cv2, numpy as np
from digits.networks.library import keras
from digits.networks.architectures import build
from digits.networks.settings import make_settings, read_settings
from digits.storage.files import checked
from digits.training.export import export, hidden_layers

images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)[..., None].astype("float32")


def computed(file):
    net, rows = cv2.dnn.readNetFromTFLite(str(file)), []
    for image in images:
        net.setInput(image.transpose(2, 0, 1)[None])
        rows.append(net.forward().ravel())
    return np.array(rows)


def compare(changes, folder):
    keras.utils.set_random_seed(1)
    model = build(read_settings(changes) if "members" in changes else make_settings(**changes))
    expected = np.asarray(model(images))
    wanted = [keras.Model(model.inputs[0], output)(images) for output in hidden_layers(model).values()]
    wanted = np.concatenate([np.asarray(output).reshape(5, -1) for output in wanted], axis=1)

    folder.mkdir(parents=True)
    (folder / "model.tflite").write_bytes(b"of an earlier training")
    files, layers = export(model, folder)
    again = keras.models.load_model(checked(folder, files["model.keras"]), compile=False)
    return {
        "files": {name: stored.name for name, stored in files.items()},
        "earlier": (folder / "model.tflite").read_text(),
        "there": sorted(file.name for file in folder.iterdir()),
        "layers": layers,
        "model": float(np.abs(computed(checked(folder, files["model.tflite"])) - expected).max()),
        "num_hidden": [len(wanted[0]), sum(int(np.prod(shape)) for shape in layers.values())],
        "hidden": float(np.abs(computed(checked(folder, files["layers.tflite"])) - wanted).max()),
        "keras": float(np.abs(np.asarray(again(images)) - expected).max()),
    }


def exported(changes, folder):
    # an ensemble in other formats: its temperature is built in
    from digits.exports.conversion_worker import calibrated
    from digits.exports.web.graph import read
    from digits.inference.recognizer import at_temperature

    model = keras.models.load_model(folder / "model.keras", compile=False)
    operations = read(folder / "model-2.tflite", 2.0)[0]["operations"]
    expected = at_temperature(np.asarray(model(images)), 2.0)
    return {
        "last": [(step["kind"], step.get("beta")) for step in operations[-2:]],
        "calibrated": float(np.abs(np.asarray(calibrated(model, 2.0, 1.0)(images / 255)) - expected).max()),
    }


networks, folder = json.loads(sys.argv[1]), Path(sys.argv[2])
print(json.dumps([
    compare(changes, folder / str(number)) | (exported(changes, folder / str(number)) if "members" in changes else {})
    for number, changes in enumerate(networks)
]))
"""
MEMBERS = [make_settings(architecture=name, backend="tensorflow").as_dict() for name in ("cnn", "mlp", "linear")]
EDITED = [
    {"architecture": "mlp", "hidden_layers": 2, "units": 24, "activation": "sigmoid", "dropout": 0.2},
    {"architecture": "mlp", "hidden_layers": 0},
    {"architecture": "cnn", "convolutions": 4, "filters": 6, "hidden_layers": 0, "activation": "leaky_relu"},
    {"architecture": "cnn", "convolutions": 1, "hidden_layers": 2, "units": 30, "activation": "silu", "dropout": 0.0},
    MEMBERS[0] | {"architecture": "ensemble", "members": MEMBERS},
]


@pytest.mark.parametrize("library", ["tensorflow", "jax"])
def test_the_exported_files_compute_what_the_network_computes(tmp_path, library):
    edited = EDITED if library == "tensorflow" else []  # JAX lets TensorFlow write the files
    networks = json.dumps([{"architecture": "cnn"}, *edited])
    result, *others = json.loads(output_of(CODE, networks, tmp_path, library=library))
    assert result["files"] == {
        "model.keras": "model.keras", "model.tflite": "model-2.tflite", "layers.tflite": "layers.tflite",
    }  # fmt: skip
    assert result["earlier"] == "of an earlier training"
    assert result["there"] == ["layers.tflite", "model-2.tflite", "model.keras", "model.tflite"]
    assert result["layers"] == {"convolution 1": [12, 12, 16], "convolution 2": [5, 5, 32], "features": [128]}
    for one in (result, *others):
        assert one["model"] < 1e-5 and one["hidden"] < 1e-4 and one["keras"] < 1e-5
        assert one["num_hidden"][0] == one["num_hidden"][1]
    assert [list(one["layers"].values()) for one in others] == [
        [[24]], [[784]], [[12, 12, 6], [5, 5, 12], [5, 5, 12], [5, 5, 12], [12]], [[12, 12, 16], [30]],
        [[12, 12, 16], [5, 5, 32], [256]],
    ][: len(edited)]  # fmt: skip
    if others:
        assert others[-1]["last"] == [["log", 1.0], ["softmax", 0.5]] and others[-1]["calibrated"] < 1e-5
