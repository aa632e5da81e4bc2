"""Write a trained model in another format. Runs in a separate process, with TensorFlow.

What leaves Digits gives the probabilities that the app shows: the temperature is built into the last layer.
"""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from digits.exports.formats import FORMATS
from digits.exports.web import page
from digits.networks import architectures
from digits.networks.library import keras
from digits.storage.files import temporary_folder
from digits.training import processes


def calibrated(model: keras.Model, temperature: float, largest: float) -> keras.Model:
    """Return a network with its calibration in the last layer, which takes pixels from 0 to `largest`.

    softmax(z / temperature) is what weights divided by the temperature give. The logits of an ensemble are the
    logarithms of its probabilities.
    """
    if members := [layer for layer in model.layers if isinstance(layer, keras.Sequential)]:
        ensemble = architectures.joined([calibrated(member, 1.0, largest) for member in members])
        logits = keras.layers.Rescaling(1 / temperature)(keras.ops.log(ensemble.output))
        return keras.Model(ensemble.inputs[0], keras.layers.Softmax()(logits), name=model.name)
    config = model.get_config()
    for layer in config["layers"]:
        if layer["class_name"] == "Rescaling":
            layer["config"]["scale"] = float(layer["config"]["scale"] * 255 / largest)
    made = type(model).from_config(config)
    made.set_weights(model.get_weights())
    last = made.layers[-1]
    last.set_weights([weights / np.float32(temperature) for weights in last.get_weights()])
    return made


def write(model: keras.Model, format: str, target: Path, job: dict[str, Any]) -> None:
    """Write the file or folder of a format, or the three files of a Hugging Face repository."""
    if format == "keras":
        model.save(target)
    elif format == "litert-int8":
        to_litert_int8(model, target, job)
    elif format == "hub":
        for each in ("keras", "litert", "onnx"):
            write(model, each, target.with_name(FORMATS[each].model), job)
    else:
        # OpenCV reads a LiteRT file only with a static batch of one; all others take any number of digits at once.
        signature = _signature(1 if format == "litert" else None)
        name = "tf_saved_model" if format == "savedmodel" else format
        model.export(str(target), format=name, input_signature=signature, verbose=False)


def to_litert_int8(model: keras.Model, target: Path, job: dict[str, Any]) -> None:
    """Write a LiteRT file with weights and activations of 8 bits; what goes in and out stays float32.

    job: `representative` names an .npy of digits, (n, 28, 28) uint8, that show how large activations become.
    """
    import tensorflow as tf

    digits = np.load(job["representative"], allow_pickle=False).astype(np.float32)[..., np.newaxis] * (
        job["largest"] / 255
    )
    with temporary_folder() as folder:
        model.export(str(folder), format="tf_saved_model", input_signature=_signature(1), verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([digit[np.newaxis]] for digit in digits)
        target.write_bytes(converter.convert())


def _signature(batch: int | None) -> list[keras.InputSpec]:
    return [keras.InputSpec(shape=(batch, 28, 28, 1), dtype="float32", name="pixels")]


def main(job: dict[str, Any]) -> None:
    """Do what `digits.exports.conversion` asks for: {format, target, keras, litert, temperature, largest, ...}."""
    target = Path(job["target"])
    if job["format"] == "html":
        page.write(target, Path(job["litert"]), job["temperature"], job["page"])
        return
    model = keras.models.load_model(job["keras"], compile=False)
    with contextlib.redirect_stdout(io.StringIO()):  # Keras and the converters print pages
        write(calibrated(model, job["temperature"], job["largest"]), job["format"], target, job)


if __name__ == "__main__":
    processes.answer(lambda: main(json.loads(sys.argv[1])))
