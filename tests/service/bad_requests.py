"""Requests that are wrong, each in one of many ways, made by a seeded generator: none may be answered with success."""

import json
from collections.abc import Iterator
from copy import deepcopy
from urllib.parse import quote

import numpy as np

from tests.service.conftest import SEVEN, ask, form, png, tensor

INFER, PREDICT = "/v2/models/digits/infer", "/api/predict"
JUNK = (
    None,
    True,
    -1,
    1e308,
    "7",
    "\ud800",
    [],
    {},
    [[]],
    {"a": 1},
    10**30,
    [None],
    json.loads("[" * 60 + "]" * 60),
    "x" * 1000,
)
AS_JSON = {"content-type": "application/json"}


def bad_requests(portal, app, images, number: int, seed: int = 0) -> Iterator[tuple]:
    """Ask `number` bad requests. Yields what was wrong, the answer, the method and the path of each."""
    rng = np.random.default_rng(seed)
    for place in range(number):
        kind = KINDS[place % len(KINDS)]
        method, path, *sent = kind(rng, images)
        yield kind.__name__, portal.call(ask, app, method, path, *sent), method, path


def noise(rng, most=2000):
    return rng.bytes(int(rng.integers(1, most)))


def infer_request(images):
    data = images[0].ravel().tolist()
    return {"inputs": [{"name": "pixels", "shape": [1, 28, 28], "datatype": "UINT8", "data": data}]}


def cut_json(rng, images):
    body = json.dumps(infer_request(images)).encode()
    return "POST", INFER, body[: rng.integers(len(body))], AS_JSON


def noise_as_tensor(rng, images):
    return "POST", INFER, b"\0" + noise(rng)


def noise_as_json(rng, images):
    return "POST", PREDICT, b"\xff" + noise(rng), AS_JSON


def junk_in_the_request(rng, images):
    request = infer_request(images)
    request["inputs"] = JUNK[rng.integers(len(JUNK))]
    return "POST", INFER, request


def junk_in_the_tensor(rng, images):
    request = infer_request(images)
    request["inputs"][0][str(rng.choice(["name", "shape", "datatype", "data"]))] = JUNK[rng.integers(len(JUNK))]
    return "POST", INFER, request


def junk_among_the_pixels(rng, images):
    request = infer_request(images)
    request["inputs"][0]["data"][rng.integers(784)] = JUNK[rng.integers(len(JUNK))]
    return "POST", INFER, request


def a_wrong_shape(rng, images):
    request = infer_request(images)
    request["inputs"][0]["shape"] = rng.integers(-3, 3000, rng.integers(1, 6)).tolist()
    return "POST", INFER, request


def pixels_outside(rng, images):
    wrong = images.astype("<f8")
    wrong[tuple(rng.integers(wrong.shape))] = rng.choice([-1e-3, 255.1, 1e300, np.inf, -np.inf, np.nan])
    return "POST", INFER, *tensor(wrong, "FP64", "<f8")


def other_bytes(rng, images):
    body, headers = tensor(images)
    return "POST", INFER, body[: -rng.integers(1, 784)], headers


def a_wrong_header(rng, images):
    body, headers = tensor(images)
    length = str(rng.choice(["", "-5", "1.5", "0x10", " ", "9" * 30, "9" * 5000, str(len(body) + 1), "\xb2"]))
    return "POST", INFER, body, {**headers, "Inference-Header-Content-Length": length}


def nested(rng, images):
    return "POST", str(rng.choice([INFER, PREDICT])), b"[" * int(rng.integers(10, 50_000)), AS_JSON


def an_unknown_model(rng, images):
    name = quote(noise(rng, 90).hex() if rng.random() < 0.5 else noise(rng, 40).decode("latin-1"), safe="")
    return "POST", f"/v2/models/x{name}/infer", infer_request(images)


def an_unknown_version(rng, images):
    return "GET", f"/v2/models/digits/versions/{rng.integers(1 << 40)}"


def an_unknown_path(rng, images):
    return "GET", f"{rng.choice(['/v2/', '/api/', '/v2/models/digits/'])}{noise(rng, 20).hex()}"


def another_method(rng, images):
    method = str(rng.choice(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X" * 30]))
    return method, str(rng.choice(["/v2", INFER, PREDICT, "/metrics", "/openapi.json"]))


def noise_as_picture(rng, images):
    magic = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM", b"RIFF", b"II*\0", b"\0\0\0\x18ftypheic"]
    return "POST", PREDICT, magic[rng.integers(len(magic))] + noise(rng)


def a_cut_picture(rng, images):
    picture = png(images[rng.integers(len(images))], 112)
    return "POST", f"{PREDICT}?numbers={rng.choice(['true', 'false'])}", picture[: rng.integers(len(picture) // 2)]


def a_blank_picture(rng, images):
    blank = np.full((int(rng.integers(1, 200)),) * 2, rng.integers(256), np.uint8)
    return "POST", f"{PREDICT}?numbers={rng.choice(['true', 'false'])}", png(blank, len(blank))


def a_broken_form(rng, images):
    body, headers = form(png(images[0]))
    if rng.random() < 0.5:
        return "POST", PREDICT, body[: rng.integers(30)], headers
    return "POST", PREDICT, noise(rng) + body, {"content-type": f"multipart/form-data; boundary={noise(rng, 9).hex()}"}


def many_files(rng, images):
    return "POST", PREDICT, *form(*[b"x"] * int(rng.integers(33, 200)))


def junk_as_strokes(rng, images):
    return "POST", PREDICT, {"strokes": JUNK[rng.integers(len(JUNK))]}


def junk_among_the_points(rng, images):
    drawing = deepcopy(SEVEN)
    drawing["strokes"][0][rng.integers(3)] = JUNK[rng.integers(len(JUNK))]
    return "POST", PREDICT, {"drawings": [SEVEN, drawing]}


def many_drawings(rng, images):
    return "POST", PREDICT, {"drawings": [SEVEN] * int(rng.integers(33, 200))}


def a_long_body(rng, images):
    return (
        "POST",
        str(rng.choice([INFER, PREDICT])),
        noise(rng),
        {"content-length": int(rng.integers(1 << 25, 1 << 40))},
    )


def a_compressed_body(rng, images):
    return "POST", INFER, noise(rng), {"content-encoding": str(rng.choice(["gzip", "br", "zstd", "\xff"]))}


def a_wrong_question(rng, images):
    return "POST", f"{PREDICT}?{rng.choice(['numbers=', 'model=x', 'numbers=%ff', 'model=%00', 'model='])}", SEVEN


KINDS = (
    cut_json, noise_as_tensor, noise_as_json, junk_in_the_request, junk_in_the_tensor, junk_among_the_pixels,
    a_wrong_shape, pixels_outside, other_bytes, a_wrong_header, nested, an_unknown_model, an_unknown_version,
    an_unknown_path, another_method, noise_as_picture, a_cut_picture, a_blank_picture, a_broken_form, many_files,
    junk_as_strokes, junk_among_the_points, many_drawings, a_long_body, a_compressed_body, a_wrong_question,
)  # fmt: skip
