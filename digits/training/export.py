"""Publish a trained network: the Keras model, its LiteRT files for OpenCV, and the manifest. Worker side."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import keras

from digits.errors import DigitsError
from digits.storage.files import publish
from digits.storage.home import ROOT
from digits.storage.records import write_json
from digits.training.backends import check_installed

INPUT = {"shape": [1, 28, 28, 1], "dtype": "float32", "range": [0, 255], "meaning": "0 = paper, 255 = ink"}
OUTPUT = {"shape": [1, 10], "dtype": "float32", "meaning": "probabilities of the digits 0 to 9"}


def export(model: keras.Model, folder: Path) -> None:
    """Write model.keras, model.tflite, layers.tflite and, when all are whole, manifest.json with their sha256.

    Only TensorFlow writes LiteRT files: on another library, a process with TensorFlow makes all from model.keras.
    """
    if keras.backend.backend() != "tensorflow":
        publish(folder / "model.keras", model.save)
        _export_with_tensorflow(folder, model.name)
        return
    hidden = hidden_layers(model)
    digests = {
        "model.keras": publish(folder / "model.keras", model.save),
        "model.tflite": publish(folder / "model.tflite", lambda part: write_litert(model, part)),
        "layers.tflite": publish(folder / "layers.tflite", lambda part: write_litert(_flat(model, hidden), part)),
    }
    shapes = {name: list(output.shape[1:]) for name, output in hidden.items()}
    write_json(folder / "manifest.json", {"sha256": digests, "input": INPUT, "output": OUTPUT, "layers": shapes})


def write_litert(model: keras.Model, file: Path) -> None:
    """Write a LiteRT file that OpenCV reads: a static batch of one, the only one it knows."""
    signature = [keras.InputSpec(shape=(1, 28, 28, 1), dtype="float32")]
    with contextlib.redirect_stdout(io.StringIO()):  # Keras and the converter print pages
        model.export(file, format="litert", input_signature=signature, verbose=False)


def hidden_layers(model: keras.Model) -> dict[str, keras.KerasTensor]:
    """The answers of the convolutions, first to last, and `features`: the vector that the last layer decides by.

    Of a network that decides by maps, the features are the mean of each map, so that place does not matter; of one
    without hidden layers, its pixels.
    """
    *before, last = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    maps = [layer.output for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
    if before:
        features = before[-1].output
    elif maps:
        features = keras.layers.GlobalAveragePooling2D()(maps[-1])
    else:
        features = last.input
    return {**{f"convolution {number}": output for number, output in enumerate(maps, start=1)}, "features": features}


def _flat(model: keras.Model, hidden: dict[str, keras.KerasTensor]) -> keras.Model:
    """One vector of them all: OpenCV takes an output that another layer uses for none."""
    vectors = [keras.layers.Flatten()(output) for output in hidden.values()]
    return keras.Model(model.inputs[0], keras.layers.Concatenate()(vectors) if len(vectors) > 1 else vectors[0])


def _export_with_tensorflow(folder: Path, architecture: str) -> None:
    check_installed("tensorflow")
    process = subprocess.run(
        [sys.executable, "-m", "digits.training.export", folder, architecture],
        cwd=ROOT,
        # No GPU: writing files needs none, and its memory is with the process that trained.
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if process.returncode:
        last = (process.stderr.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        raise DigitsError(f"TensorFlow could not write the LiteRT files of {folder.name}: {last[:300]}")


if __name__ == "__main__":
    from digits.networks.architectures import ARCHITECTURES

    run_folder, architecture = Path(sys.argv[1]), sys.argv[2]
    network = ARCHITECTURES[architecture]()
    network.load_weights(run_folder / "model.keras")
    export(network, run_folder)
