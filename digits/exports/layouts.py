"""The folders that model servers take: TensorFlow Serving its versions, Triton and KServe a model repository."""

import json
from pathlib import Path

import numpy as np

NAME = "digits"
"""What the servers call the model."""
VERSION = "1"
PLACES = {"tf-serving": f"{NAME}/{VERSION}", "triton": f"{NAME}/{VERSION}/model.onnx"}
"""Where the model lies in each layout."""

TRITON = """name: "{name}"
platform: "onnxruntime_onnx"
max_batch_size: 128
input [ {{ name: "{input}", data_type: TYPE_FP32, dims: [ 28, 28, 1 ] }} ]
output [ {{ name: "{output}", data_type: TYPE_FP32, dims: [ 10 ] }} ]
dynamic_batching {{ }}
"""

SERVING = """model_config_list {
  config { name: "digits" base_path: "/models/digits" model_platform: "tensorflow" }
}
"""

SERVING_README = """# For TensorFlow Serving

Start the server in this folder, then ask it for the digit in `request.json` (its label: 0).

    docker run --rm -p 8501:8501 -v "$PWD/digits:/models/digits" -v "$PWD/models.config:/models/models.config" \\
      tensorflow/serving --model_config_file=/models/models.config
    curl -d @request.json http://127.0.0.1:8501/v1/models/digits:predict

The answer is `{"predictions": [[ten probabilities]]}`. Digits has checked the model, but not tried it in this server.
"""

TRITON_README = """# For Triton and KServe

Start the server in this folder, then ask it for the digit in `request.json` (its label: 0).

    docker run --rm -p 8000:8000 -v "$PWD:/models" nvcr.io/nvidia/tritonserver:25.08-py3 \\
      tritonserver --model-repository=/models --model-control-mode=explicit --load-model=digits
    curl -d @request.json http://127.0.0.1:8000/v2/models/digits/infer

The answer is that of the Open Inference Protocol:
`{"outputs": [{"data": [ten probabilities], ...}], ...}`. Digits has checked the model, but not tried it in this server.
"""


def write(layout: str, folder: Path, image: np.ndarray, largest: float) -> None:
    """Write what the server needs beside its model: its configuration, a request that it answers, how to start it.

    image: (28, 28) uint8, the digit of the request. Not tried here: neither server is a Python package.
    """
    pixels = (image[..., np.newaxis] * (largest / 255)).astype(np.float32)
    if layout == "tf-serving":
        request, readme = {"instances": [pixels.round(6).tolist()]}, SERVING_README
        (folder / "models.config").write_text(SERVING, encoding="utf-8")
    else:
        import onnx

        graph = onnx.load(folder / PLACES["triton"]).graph
        first, last = graph.input[0].name, graph.output[0].name
        config = TRITON.format(name=NAME, input=first, output=last)
        (folder / NAME / "config.pbtxt").write_text(config, encoding="utf-8")
        data = [round(float(value), 6) for value in pixels.ravel()]
        request = {"inputs": [{"name": first, "shape": [1, 28, 28, 1], "datatype": "FP32", "data": data}]}
        readme = TRITON_README
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    (folder / "README.md").write_text(readme, encoding="utf-8")
