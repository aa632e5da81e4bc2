"""Tensors of the Open Inference Protocol <-> arrays, as JSON and as bytes.

The protocol: github.com/kserve/open-inference-protocol, version 2. The bytes: Triton's extension
"binary_tensor_data". There the JSON comes first, its length in the header HEADER, then the tensors, little-endian.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from digits.service.bodies import read_json, read_numbers
from digits.service.problems import Problem, dump

HEADER = "Inference-Header-Content-Length"
MAX_IMAGES = 1024  # of one request
SIDE = 28  # px
INPUT = "pixels"
OUTPUTS = {"probabilities": ("FP32", [10]), "digit": ("INT64", []), "likelihood": ("FP32", [])}
"""By name: the type, and the shape for each image."""
DATATYPES = {
    "UINT8": "<u1", "UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8", "INT8": "<i1", "INT16": "<i2", "INT32": "<i4",
    "INT64": "<i8", "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
}  # fmt: skip
"""Types of pixels, and what NumPy calls them."""


@dataclass(frozen=True, eq=False)
class InferRequest:
    """What a client asks."""

    id: str | None
    images: np.ndarray
    """(n, 28, 28) uint8, 0 = paper, 255 = ink."""
    outputs: dict[str, bool]
    """By name of those that are wanted: whether as bytes."""


def read_request(body: bytes, header: str | None) -> InferRequest:
    """Read a request. header: of HEADER, None where there is none. Raises Problem."""
    is_number = header is not None and header.isascii() and header.isdecimal() and len(header) < 20
    length = int(header) if is_number else len(body) if header is None else -1
    if not 0 <= length <= len(body):
        raise Problem(400, f"{HEADER} must be the number of bytes of the JSON in the body.")
    request, binary = read_json(body[:length]), body[length:]
    inputs = request.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise Problem(400, f'`inputs` must be a list of one tensor, "{INPUT}".')
    request_id = request.get("id")
    if request_id is not None and not isinstance(request_id, str):
        raise Problem(400, "`id` must be a string.")
    return InferRequest(request_id, _images(inputs[0], binary), _outputs(request))


def _images(tensor: dict[str, Any], binary: bytes) -> np.ndarray:
    shape, datatype = tensor.get("shape"), tensor.get("datatype")
    if tensor.get("name") != INPUT:
        raise Problem(400, f'The model has one input, "{INPUT}". Give the tensor this name.')
    if not isinstance(datatype, str) or datatype not in DATATYPES:
        raise Problem(400, f"`datatype` must be one of {', '.join(DATATYPES)}.")
    is_shape = isinstance(shape, list) and all(type(length) is int for length in shape)
    if not is_shape or shape[1:] not in ([SIDE, SIDE], [SIDE, SIDE, 1]):
        raise Problem(400, f"`shape` must be [n, {SIDE}, {SIDE}] or [n, {SIDE}, {SIDE}, 1].")
    if not 0 < shape[0] <= MAX_IMAGES:
        raise Problem(400, f"A request may have 1 to {MAX_IMAGES:,} images. Send several requests.")
    values = _from_bytes(tensor, binary, shape, datatype) if binary else _from_json(tensor, shape)
    with np.errstate(invalid="ignore"):
        if not ((values >= 0) & (values <= 255)).all():  # NaN fails both
            raise Problem(400, "Pixels range from 0, the paper, to 255, ink. Some of these are outside.")
        if 0 < values.max() <= 1:
            raise Problem(400, "Pixels range from 0, the paper, to 255, ink. Don't divide them by 255.")
    return np.rint(values).astype(np.uint8).reshape(-1, SIDE, SIDE)


def _from_bytes(tensor: dict[str, Any], binary: bytes, shape: list[int], datatype: str) -> np.ndarray:
    dtype = np.dtype(DATATYPES[datatype])
    needed = prod(shape) * dtype.itemsize
    if _parameters(tensor).get("binary_data_size") != needed or len(binary) != needed:
        raise Problem(400, f"{needed:,} bytes must follow the JSON, and `binary_data_size` must say so.")
    return np.frombuffer(binary, dtype)


def _from_json(tensor: dict[str, Any], shape: list[int]) -> np.ndarray:
    data = tensor.get("data")
    is_known = isinstance(data, list) and len(data) in (shape[0], prod(shape))  # millions of lists would take seconds
    values = read_numbers(data if is_known else [])
    if list(values.shape) not in (shape, [prod(shape)]):
        raise Problem(400, f"`data` must be {prod(shape):,} numbers, flat or nested like `shape`.")
    return values


def _outputs(request: dict[str, Any]) -> dict[str, bool]:
    as_bytes = _parameters(request).get("binary_data_output") is True
    wanted = request.get("outputs") or [{"name": name} for name in OUTPUTS]
    if not isinstance(wanted, list) or not all(isinstance(output, dict) for output in wanted):
        raise Problem(400, "`outputs` must be a list of objects with a name.")
    outputs = {}
    for output in wanted:
        name, parameters = output.get("name"), _parameters(output)
        if not isinstance(name, str) or name not in OUTPUTS:
            raise Problem(400, f"The model has the outputs {', '.join(OUTPUTS)}.")
        if "classification" in parameters:
            raise Problem(400, "We don't have Triton's classification extension. Ask for the output `digit`.")
        outputs[name] = parameters.get("binary_data", as_bytes) is True
    return outputs


def _parameters(thing: dict[str, Any]) -> dict[str, Any]:
    parameters = thing.get("parameters", {})
    if not isinstance(parameters, dict):
        raise Problem(400, "`parameters` must be an object.")
    return parameters


def write_response(
    name: str, version: str, request: InferRequest, arrays: dict[str, np.ndarray]
) -> tuple[bytes, dict[str, str]]:
    """Return the body and its headers. arrays: each output that the request wants, (n, ...), by name."""
    outputs, binary = [], []
    for output, as_bytes in request.outputs.items():
        datatype, array = OUTPUTS[output][0], arrays[output]
        described = {"name": output, "datatype": datatype, "shape": list(array.shape)}
        if as_bytes:
            binary.append(array.astype(DATATYPES[datatype]).tobytes())
            outputs.append({**described, "parameters": {"binary_data_size": len(binary[-1])}})
        else:
            outputs.append({**described, "data": array.astype(array.dtype.kind + "8").round(7).ravel().tolist()})
    answer = {"model_name": name, "model_version": version, "outputs": outputs}
    head = dump(answer if request.id is None else {**answer, "id": request.id})
    if not binary:
        return head, {"Content-Type": "application/json"}
    return b"".join((head, *binary)), {"Content-Type": "application/octet-stream", HEADER: str(len(head))}
