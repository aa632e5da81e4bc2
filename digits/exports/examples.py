"""A short example for each format, in the words of its runtime. Tests run them as they stand."""

from digits.exports.formats import Export

PYTHON = '''"""Predict the ten test digits. Needs: pip install {packages} numpy opencv-python-headless"""

import json
import cv2
import numpy as np
{imports}

{load}
for digit in json.load(open("digits.json")):
    image = cv2.imread(digit["file"], cv2.IMREAD_GRAYSCALE)  # 28 x 28; for a drawing: preparation.to_mnist(ink)
    pixels = image.reshape(1, 28, 28, 1).astype(np.float32){divided}
    {predict}
    print(digit["label"], probabilities.argmax(), probabilities.round(3))
'''

HTML = """<!doctype html>
<meta charset="utf-8">
<title>Predict the ten test digits</title>
<script src="model.js"></script>
<script src="digits.js"></script>
<pre id="lines"></pre>
<script>
for (const { label, pixels } of DIGITS) { // 784 numbers; for a drawing: predict({ width, height, pixels })
  const { digit, confidence } = predictImage(pixels);
  document.getElementById("lines").textContent += `${label} ${digit} ${confidence.toFixed(3)}\\n`;
}
</script>
"""

PARTS = {
    "keras": {
        "packages": "keras tensorflow",
        "imports": "import keras",
        "load": 'model = keras.saving.load_model("model.keras", compile=False)',
        "predict": "probabilities = np.asarray(model(pixels))[0]",
    },
    "litert": {
        "packages": "ai-edge-litert",
        "imports": "from ai_edge_litert.interpreter import Interpreter",
        "load": 'model = Interpreter("model.tflite").get_signature_runner()',
        "predict": "probabilities = list(model(pixels=pixels).values())[0][0]",
    },
    "onnx": {
        "packages": "onnxruntime",
        "imports": "import onnxruntime",
        "load": 'model = onnxruntime.InferenceSession("{model}")',
        "predict": "probabilities = model.run(None, {{model.get_inputs()[0].name: pixels}})[0][0]",
    },
    "savedmodel": {
        "packages": "tensorflow",
        "imports": "import tensorflow as tf",
        "load": 'model = tf.saved_model.load("{model}")',
        "predict": "probabilities = model.serve(pixels).numpy()[0]",
    },
    "openvino": {
        "packages": "openvino",
        "imports": "import openvino",
        "load": 'model = openvino.Core().compile_model("model.xml", "CPU", {{"INFERENCE_PRECISION_HINT": "f32"}})',
        "predict": "probabilities = model(pixels)[0][0]",
    },
}
PARTS |= {"litert-int8": PARTS["litert"], "hub": PARTS["keras"]}


def example(export: Export, model: str) -> str:
    """Return the example of an export. model: the path of its model within the folder."""
    if export.format == "html":
        return HTML
    parts = {
        name: text.format(model=model) if name != "packages" else text for name, text in PARTS[export.format].items()
    }
    return PYTHON.format(**parts, divided="" if export.largest > 1 else " / 255")
