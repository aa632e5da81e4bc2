"""Each format's own runtime: what loads an exported file and predicts with it. Used in a fresh process, see check.py.

A reader takes the file and images (n, 28, 28, 1) float32 in the range of the export; it returns probabilities (n, 10).
Opening a .keras file of a stranger can run code: check only exports of people you trust.
"""

import base64
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from digits.errors import DigitsError
from digits.exports.formats import version

Reader = Callable[[Path, np.ndarray], np.ndarray]
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    "node",
)
"""Names and places of programs that run JavaScript, the best first."""
NO_BROWSER = (
    "The web page could not be checked: install Chromium, Chrome, Edge or Node.js on this machine and try again."
)


def keras(file: Path, images: np.ndarray) -> np.ndarray:
    """Predict with Keras."""
    import keras

    return np.asarray(keras.saving.load_model(file, compile=False)(images))


def litert(file: Path, images: np.ndarray) -> np.ndarray:
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
    return np.array(rows)


def opencv(file: Path, images: np.ndarray) -> np.ndarray:
    """Predict a LiteRT file with OpenCV, which wants the channel first."""
    import cv2

    net = cv2.dnn.readNetFromTFLite(np.frombuffer(file.read_bytes(), np.uint8))
    rows = []
    for image in images:
        net.setInput(image.transpose(2, 0, 1)[np.newaxis])
        rows.append(net.forward().ravel())
    return np.array(rows)


def onnxruntime(file: Path, images: np.ndarray) -> np.ndarray:
    """Predict with ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})[0]


def tensorflow(folder: Path, images: np.ndarray) -> np.ndarray:
    """Predict a SavedModel with TensorFlow's loader, by the signature that TensorFlow Serving calls."""
    import tensorflow as tf

    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]
    [name] = signature.structured_input_signature[1]
    [output] = signature(**{name: tf.constant(images)}).values()
    return output.numpy()


def openvino(file: Path, images: np.ndarray) -> np.ndarray:
    """Predict with OpenVINO on the CPU, in float32: it computes in lower precision by itself."""
    import openvino

    compiled = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled(images)[0]


def browser(file: Path, images: np.ndarray) -> np.ndarray:
    """Predict with the script of the take-home page, in Chromium or what else runs JavaScript here."""
    program = javascript()
    text = base64.b64encode(images.astype(np.uint8).tobytes()).decode()
    ask = (
        f'const SENT = Uint8Array.from(atob("{text}"), (letter) => letter.charCodeAt(0));\n'
        f"const SAID = JSON.stringify(Array.from({{length: {len(images)}}}, (_, at) =>"
        " predictImage(SENT.subarray(784 * at, 784 * at + 784)).probabilities));\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        if Path(program).stem == "node":
            asked = Path(folder) / "check.js"
            asked.write_text(_read(file.with_name("model.js")) + ask + "console.log(SAID)", encoding="utf-8")
            command = [program, asked]
        else:
            asked = Path(folder) / "check.html"
            more = f"<script>{ask}document.documentElement.innerHTML = `<pre>${{SAID}}</pre>`</script></body>"
            asked.write_text(_read(file).replace("</body>", more), encoding="utf-8")
            # Without a sandbox, because root has none; the page is ours and may load nothing.
            command = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
                       "--dump-dom", asked.as_uri()]  # fmt: skip
        process = subprocess.run(command, capture_output=True, text=True, timeout=120)
    found = re.search(r"\[\[.*\]\]", process.stdout)
    if not found:
        raise DigitsError("The web page did not predict anything when it was checked.", process.stderr[-300:])
    return np.array(json.loads(found[0]), np.float32)


def javascript() -> str:
    """Return the program that runs JavaScript here. Raises DigitsError."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise DigitsError(NO_BROWSER)
    return found


def browser_version() -> str:
    """Return the name and the version of the program that runs JavaScript here."""
    program = javascript()
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout.split("\n")[0]
    return (
        f"Node.js {said.strip()}" if Path(program).stem == "node" else re.sub(r"( built on| snap).*", "", said).strip()
    )


Runtime = tuple[Reader, Callable[[], str]]
"""How to predict with it, and what it is called."""

KERAS: Runtime = keras, lambda: version("keras")
LITERT: Runtime = litert, lambda: version("ai-edge-litert")
OPENCV: Runtime = opencv, lambda: version("opencv-python-headless")
ONNXRUNTIME: Runtime = onnxruntime, lambda: version("onnxruntime")

RUNTIMES: dict[str, list[tuple[str, Runtime]]] = {
    "keras": [("model.keras", KERAS)],
    "litert": [("model.tflite", LITERT), ("model.tflite", OPENCV)],
    "litert-int8": [("model.tflite", LITERT)],
    "onnx": [("model.onnx", ONNXRUNTIME)],
    "savedmodel": [("savedmodel", (tensorflow, lambda: version("tensorflow")))],
    "openvino": [("model.xml", (openvino, lambda: version("openvino")))],
    "html": [("digits.html", (browser, browser_version))],
    "hub": [("model.keras", KERAS), ("model.tflite", LITERT), ("model.onnx", ONNXRUNTIME)],
}
"""What each format is checked with: files of the export, each with a runtime."""


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
