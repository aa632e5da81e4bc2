"""Each format's own runtime: what loads an exported file and predicts with it. Used in a fresh process, see check.py.

A reader takes the file and images (n, 28, 28, 1) float32 in the range of the export; it returns probabilities (n, 10),
and its own name with its version.
Opening a .keras file of a stranger can run code: check only exports of people you trust.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from digits.exports.formats import version
from digits.exports.web import javascript

Outcome = tuple[np.ndarray, str]
Reader = Callable[[Path, np.ndarray], Outcome]


def keras(file: Path, images: np.ndarray) -> Outcome:
    """Predict with Keras."""
    from digits.networks.library import keras

    return np.asarray(keras.saving.load_model(file, compile=False)(images)), version("keras")


def litert(file: Path, images: np.ndarray) -> Outcome:
    """Predict with ai-edge-litert."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(file))
    interpreter.allocate_tensors()
    start, end = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    rows = []
    for image in images:
        interpreter.set_tensor(start, image[np.newaxis])
        interpreter.invoke()
        rows.append(interpreter.get_tensor(end)[0])
    return np.array(rows), version("ai-edge-litert")


def opencv(file: Path, images: np.ndarray) -> Outcome:
    """Predict a LiteRT file with OpenCV, which wants the channel first."""
    import cv2

    net = cv2.dnn.readNetFromTFLite(np.frombuffer(file.read_bytes(), np.uint8))
    rows = []
    for image in images:
        net.setInput(image.transpose(2, 0, 1)[np.newaxis])
        rows.append(net.forward().ravel())
    return np.array(rows), version("opencv-python-headless")


def onnxruntime(file: Path, images: np.ndarray) -> Outcome:
    """Predict with ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})[0], version("onnxruntime")


def tensorflow(folder: Path, images: np.ndarray) -> Outcome:
    """Predict a SavedModel with TensorFlow's loader, by the signature that TensorFlow Serving calls."""
    import tensorflow as tf

    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]
    [name] = signature.structured_input_signature[1]
    [output] = signature(**{name: tf.constant(images)}).values()
    return output.numpy(), version("tensorflow")


def openvino(file: Path, images: np.ndarray) -> Outcome:
    """Predict with OpenVINO on the CPU, in float32: it computes in lower precision by itself."""
    import openvino

    compiled = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled(images)[0], version("openvino")


RUNTIMES: dict[str, list[tuple[str, Reader]]] = {
    "keras": [("model.keras", keras)],
    "litert": [("model.tflite", litert), ("model.tflite", opencv)],
    "litert-int8": [("model.tflite", litert)],
    "onnx": [("model.onnx", onnxruntime)],
    "savedmodel": [("savedmodel", tensorflow)],
    "openvino": [("model.xml", openvino)],
    "html": [("digits.html", javascript.predict)],
    "hub": [("model.keras", keras), ("model.tflite", litert), ("model.onnx", onnxruntime)],
}
"""What each format is checked with: files of the export, each with a runtime."""
