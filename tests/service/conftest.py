"""The service in this process, asked as a server would: a request is a function call, and thousands take seconds."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
import pytest
from anyio.from_thread import start_blocking_portal

from digits import service
from digits.data.dataset import open_dataset

SEVEN = {"strokes": [[[40, 40], [240, 40], [120, 300]]]}


@dataclass(frozen=True)
class Answer:
    """What a request was answered with."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def ask(app, method, path, body=b"", headers=None, chunk=1 << 16) -> Answer:
    """Ask an ASGI app. path: with its query. body: bytes, sent in chunks, or something to be sent as JSON."""
    headers = {"host": "127.0.0.1:8502", **(headers or {})}
    if not isinstance(body, bytes):
        body, headers = json.dumps(body).encode(), {"content-type": "application/json", **headers}
    chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)]
    path, _, query = path.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path, "root_path": "",
        "raw_path": path.encode(), "query_string": query.encode(), "client": None, "server": ("127.0.0.1", 8502),
        "headers": [(name.lower().encode("latin-1"), str(text).encode("latin-1")) for name, text in headers.items()],
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive():
        return {"type": "http.request", "body": chunks.pop(0) if chunks else b"", "more_body": bool(chunks)}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    answered = {name.decode(): text.decode() for name, text in sent[0]["headers"]}
    return Answer(sent[0]["status"], answered, b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture(scope="session")
def portal():
    """An event loop for all requests, in a thread of its own; threads may share it."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def app(digits_home):
    """A new service, in an empty home."""
    return service.app()


@pytest.fixture
def post(app, portal):
    """post(path, body, headers) asks the service; see `ask`."""
    return partial(portal.call, partial(ask, app, "POST"))


@pytest.fixture
def get(app, portal):
    """get(path) asks the service; see `ask`."""
    return partial(portal.call, partial(ask, app, "GET"))


@pytest.fixture(scope="session")
def images(sample_data):
    """40 digits of the sample, four of each: (40, 28, 28) uint8."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(sample_data.parent))
        data = open_dataset("sample")
    places = np.concatenate([np.flatnonzero(data.labels == digit)[:4] for digit in range(10)])
    return np.asarray(data.images[places])


def png(image, side=28):
    """Return a digit as a PNG file."""
    return cv2.imencode(".png", cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC))[1].tobytes()


def form(*files):
    """Return a form with files, and its headers."""
    head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="%d.png"\r\n\r\n'
    parts = [head % place + file + b"\r\n" for place, file in enumerate(files)]
    return b"".join(parts) + b"--x--\r\n", {"content-type": "multipart/form-data; boundary=x"}


def tensor(images, datatype="UINT8", dtype="u1", **request):
    """Return a request with a binary tensor as tritonclient sends it, and its headers."""
    data = images.astype(dtype).tobytes()
    described = {"name": "pixels", "shape": list(images.shape), "datatype": datatype}
    inputs = [{**described, "parameters": {"binary_data_size": len(data)}}]
    head = json.dumps({"inputs": inputs, "parameters": {"binary_data_output": True}, **request}).encode()
    return head + data, {"Inference-Header-Content-Length": len(head), "content-type": "application/octet-stream"}


def arrays(answer):
    """Return the outputs in an answer as arrays, by name, whether they came as JSON or as bytes."""
    length = int(answer.headers.get("inference-header-content-length", len(answer.body)))
    rest, found = answer.body[length:], {}
    for output in json.loads(answer.body[:length])["outputs"]:
        dtype = {"FP32": np.float32, "INT64": np.int64}[output["datatype"]]
        size = output.get("parameters", {}).get("binary_data_size")
        values = np.array(output["data"], dtype) if size is None else np.frombuffer(rest[:size], dtype)
        rest = rest[size or 0 :]
        found[output["name"]] = values.reshape(output["shape"])
    assert not rest
    return found
