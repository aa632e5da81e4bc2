"""A LiteRT file as a list of operations with their weights: what the take-home page computes in JavaScript.

It is read from the very file that the app predicts with. The converter has folded batch normalization into it already.
Runs in a process of its own, because the reader of the format comes with TensorFlow.
"""

from pathlib import Path
from typing import Any

import numpy as np

from digits.errors import DigitsError
from digits.inference.snapshot import same_padding

FUSED = {"NONE": "", "RELU": "relu", "RELU6": "relu6", "TANH": "tanh"}
SIMPLE = {
    "RELU": "relu", "RELU6": "relu6", "TANH": "tanh", "LOGISTIC": "sigmoid", "ELU": "elu", "HARD_SWISH": "hard_swish",
    "RESHAPE": "reshape", "SQUEEZE": "reshape", "EXPAND_DIMS": "reshape", "ADD": "add", "SUB": "subtract",
    "MUL": "multiply", "DIV": "divide", "MAXIMUM": "maximum", "MINIMUM": "minimum", "PRELU": "prelu", "EXP": "exp",
    "ABS": "abs", "NEG": "negative", "FULLY_CONNECTED": "dense",
}  # fmt: skip
FIRST_ONLY = {"reshape", "mean"}
"""Kinds whose further inputs say a shape or axes."""


def read(file: Path, temperature: float = 1.0) -> tuple[dict[str, Any], np.ndarray]:
    """Return what web/network.js needs of a network, and its weights, (n,) float32.

    temperature: divides the logits. The first is {input, output, tensors: [{shape, start?}], operations: [{kind,
    inputs, output, ...}]}. Raises DigitsError for an operation that the page does not know.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(file.read_bytes(), 0)
    graph = model.subgraphs[0]
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    fused = {code: name for name, code in vars(schema.ActivationFunctionType).items() if not name.startswith("_")}
    tensors, weights, used = [], [], 0
    for tensor in graph.tensors:
        shape = [int(side) for side in tensor.shape] if tensor.shape is not None else []
        data = model.buffers[tensor.buffer].data
        entry: dict[str, Any] = {"shape": shape}
        if data is not None and len(data) and tensor.type == schema.TensorType.FLOAT32:
            values = np.asarray(data, np.uint8).view("<f4")
            entry["start"], used = used, used + len(values)
            weights.append(values)
        tensors.append(entry)
    operations = []
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        options = operator.builtinOptions
        operation = _described(name, options, tensors, [int(number) for number in operator.inputs])
        operation["inputs"] = [int(number) for number in operator.inputs if number >= 0]
        if operation["kind"] in FIRST_ONLY:
            operation["inputs"] = operation["inputs"][:1]
        operation["output"] = int(operator.outputs[0])
        if activation := FUSED[fused[getattr(options, "fusedActivationFunction", 0)]]:
            operation["activation"] = activation
        operations.append(operation)
    output = int(graph.outputs[0])
    if operations[-1]["kind"] != "softmax":  # an ensemble: the logarithms of its probabilities are its logits
        for kind in ("log", "softmax"):
            tensors.append({"shape": tensors[output]["shape"]})
            operations.append({"kind": kind, "inputs": [output], "output": len(tensors) - 1, "beta": 1.0})
            output = len(tensors) - 1
    operations[-1]["beta"] /= temperature
    described = {"input": int(graph.inputs[0]), "output": output}
    return described | {"tensors": tensors, "operations": operations}, np.concatenate(weights)


def _described(name: str, options: Any, tensors: list[dict], inputs: list[int]) -> dict[str, Any]:
    """Return the kind of an operation and what decides it besides its inputs."""
    if name in SIMPLE:
        return {"kind": SIMPLE[name]}
    if name == "SOFTMAX":
        return {"kind": "softmax", "beta": float(options.beta)}
    if name == "LEAKY_RELU":
        return {"kind": "leaky", "slope": float(options.alpha)}
    if name == "MEAN" and len(tensors[inputs[0]]["shape"]) == 4:
        return {"kind": "mean"}
    if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        kind = "convolution" if name == "CONV_2D" else "depthwise"
        return {"kind": kind} | _window(options, tensors[inputs[0]]["shape"], tensors[inputs[1]]["shape"][1:3])
    if name in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
        size = [int(options.filterHeight), int(options.filterWidth)]
        window = {"kind": "pool", "window": size, "average": name == "AVERAGE_POOL_2D"}
        return window | _window(options, tensors[inputs[0]]["shape"], size)
    raise DigitsError(
        f"The web page cannot compute one layer of this network yet ({name.lower()}). Choose another format."
    )


def _window(options: Any, shape: list[int], size: list[int]) -> dict[str, list[int]]:
    """Return the strides, and the zeros before the first row and column under TensorFlow's padding."""
    stride = [int(options.strideH), int(options.strideW)]
    before = [0, 0]
    if options.padding == 0:  # SAME
        before = [same_padding(*each)[0] for each in zip(shape[1:3], size, stride, strict=True)]
    return {"stride": stride, "before": before}
