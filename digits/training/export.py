"""Publish a trained network: the Keras model, its LiteRT file for OpenCV, and the manifest. Worker side."""

import contextlib
import io
from pathlib import Path

import keras

from digits.files import publish, write_json

INPUT = {"shape": [1, 28, 28, 1], "dtype": "float32", "range": [0, 255], "meaning": "0 = paper, 255 = ink"}
OUTPUT = {"shape": [1, 10], "dtype": "float32", "meaning": "probabilities of the digits 0 to 9"}


def export(model: keras.Model, folder: Path) -> None:
    """Write model.keras, model.tflite and, when both are whole, manifest.json with their sha256."""
    # A static batch of one: OpenCV's reader knows no other.
    signature = [keras.InputSpec(shape=(1, 28, 28, 1), dtype="float32")]

    def write_litert(part: Path) -> None:
        with contextlib.redirect_stdout(io.StringIO()):  # Keras and the converter print pages
            model.export(part, format="litert", input_signature=signature, verbose=False)

    digests = {
        "model.keras": publish(folder / "model.keras", model.save),
        "model.tflite": publish(folder / "model.tflite", write_litert),
    }
    write_json(folder / "manifest.json", {"sha256": digests, "input": INPUT, "output": OUTPUT})
