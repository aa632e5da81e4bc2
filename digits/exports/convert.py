"""Write a trained model in another format. Runs in a separate process, with TensorFlow.

What leaves Digits gives the probabilities that the app shows: the temperature is built into the last layer.
"""

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digits.exports import web_page
from digits.exports.formats import FORMATS
from digits.networks import architectures


def calibrated(model: keras.Model, temperature: float, largest: float) -> keras.Model:
    """Return a network with its calibration in the last layer, which takes pixels from 0 to `largest`.

    softmax(z / temperature) is what weights divided by the temperature give. The logits of an ensemble are the
    logarithms of its probabilities.
    """
    if members := [layer for layer in model.layers if isinstance(layer, keras.Sequential)]:
        ensemble = architectures.joined([calibrated(member, 1.0, largest) for member in members])
        logits = keras.layers.Rescaling(1 / temperature)(keras.ops.log(ensemble.output))
        return keras.Model(ensemble.inputs, keras.layers.Softmax()(logits), name=model.name)
    config = model.get_config()
    for layer in config["layers"]:
        if layer["class_name"] == "Rescaling":
            layer["config"]["scale"] = float(layer["config"]["scale"] * 255 / largest)
    made = type(model).from_config(config)
    made.set_weights(model.get_weights())
    last = made.layers[-1]
    last.set_weights([weights / np.float32(temperature) for weights in last.get_weights()])
    return made


def to_keras(model: keras.Model, target: Path, job: dict[str, Any]) -> None:
    """Write model.keras."""
    model.save(target)


def to_litert(model: keras.Model, target: Path, job: dict[str, Any]) -> None:
    """Write a LiteRT file with a static batch of one, the only one that OpenCV reads."""
    model.export(target, format="litert", input_signature=_signature(1), verbose=False)


def to_litert_int8(model: keras.Model, target: Path, job: dict[str, Any]) -> None:
    """Write a LiteRT file with weights and activations of 8 bits; what goes in and out stays float32.

    job: `representative` names an .npy of digits, (n, 28, 28) uint8, that show how large activations become.
    """
    import tensorflow as tf

    digits = np.load(job["representative"], allow_pickle=False).astype(np.float32)[..., np.newaxis] * (
        job["largest"] / 255
    )
    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, format="tf_saved_model", input_signature=_signature(1), verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([digit[np.newaxis]] for digit in digits)
        target.write_bytes(converter.convert())


def to_onnx(model: keras.Model, target: Path, job: dict[str, Any]) -> None:
    """Write model.onnx, for any number of digits at once."""
    model.export(target, format="onnx", input_signature=_signature(None), verbose=False)


def to_savedmodel(model: keras.Model, target: Path, job: dict[str, Any]) -> None:
    """Write a SavedModel with the signature serving_default, for any number of digits at once."""
    model.export(target, format="tf_saved_model", input_signature=_signature(None), verbose=False)


def to_openvino(model: keras.Model, target: Path, job: dict[str, Any]) -> None:
    """Write model.xml and model.bin, for any number of digits at once."""
    model.export(str(target), format="openvino", input_signature=_signature(None), verbose=False)


def to_hub(model: keras.Model, target: Path, job: dict[str, Any]) -> None:
    """Write model.keras, model.tflite and model.onnx."""
    for format in ("keras", "litert", "onnx"):
        WRITERS[format](model, target.with_name(FORMATS[format].model), job)


WRITERS = {
    "keras": to_keras,
    "litert": to_litert,
    "litert-int8": to_litert_int8,
    "onnx": to_onnx,
    "savedmodel": to_savedmodel,
    "openvino": to_openvino,
    "hub": to_hub,
}


def _signature(batch: int | None) -> list[keras.InputSpec]:
    return [keras.InputSpec(shape=(batch, 28, 28, 1), dtype="float32", name="pixels")]


def main(job: dict[str, Any]) -> None:
    """Do what `digits.exports.bundle` asks for: {format, target, keras, litert, temperature, largest, ...}."""
    target = Path(job["target"])
    if job["format"] == "html":
        web_page.write(target, Path(job["litert"]), job["temperature"], job["page"])
        return
    model = keras.models.load_model(job["keras"], compile=False)
    with contextlib.redirect_stdout(io.StringIO()):  # Keras and the converters print pages
        WRITERS[job["format"]](calibrated(model, job["temperature"], job["largest"]), target, job)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
