"""The Open Inference Protocol, as its clients speak it."""

import json

import numpy as np
import pytest

from digits.inference.detector import Detector
from digits.runs import models, starter
from digits.service.served_models import CHOSEN
from digits.service.tensors import MAX_IMAGES
from tests.service.conftest import arrays, tensor

INFER = f"/v2/models/{CHOSEN}/infer"


@pytest.fixture(scope="module")
def expected(images):
    """What the app predicts for the images."""
    probabilities = models.recognizer(starter.run()).probabilities(images)
    likelihood = Detector.bundled().likelihood(images)
    return {"probabilities": probabilities, "digit": probabilities.argmax(axis=1), "likelihood": likelihood}


def as_json(images, datatype="UINT8", nested=True, **request):
    data = images.tolist() if nested else images.ravel().tolist()
    return {"inputs": [{"name": "pixels", "shape": list(images.shape), "datatype": datatype, "data": data}], **request}


@pytest.mark.parametrize("kind", ["nested", "flat", "float", "bytes", "float bytes", "with a channel"])
def test_a_tensor_is_predicted_as_in_the_app_however_it_is_sent(post, images, expected, kind):
    bodies = {
        "nested": (as_json(images),),
        "flat": (as_json(images, nested=False),),
        "float": (as_json(images.astype(float), "FP32"),),
        "bytes": tensor(images),
        "float bytes": tensor(images, "FP32", "<f4"),
        "with a channel": tensor(images[..., np.newaxis]),
    }
    answer = post(INFER, *bodies[kind])
    assert answer.status == 200
    found = arrays(answer)
    assert list(found) == list(expected)
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], atol=1e-6)


def test_bytes_come_back_bit_by_bit(post, images, expected):
    found = arrays(post(INFER, *tensor(images)))
    assert (found["probabilities"] == expected["probabilities"]).all()


def test_only_the_outputs_that_are_wanted_come_back_each_in_its_way_with_the_id(post, images, expected):
    wanted = [{"name": "digit", "parameters": {"binary_data": False}}, {"name": "likelihood"}]
    answer = post(INFER, *tensor(images, outputs=wanted, id="\ud800 42"))
    head = json.loads(answer.body[: int(answer.headers["inference-header-content-length"])])
    assert head["id"] == "\ud800 42"
    assert [("data" in output, output["name"]) for output in head["outputs"]] == [
        (True, "digit"),
        (False, "likelihood"),
    ]
    assert (arrays(answer)["digit"] == expected["digit"]).all()


def test_metadata_describe_what_infer_takes_and_returns(get, post, images):
    model = get(f"/v2/models/{CHOSEN}").json
    (described,) = model["inputs"]
    assert described == {"name": "pixels", "datatype": "UINT8", "shape": [-1, 28, 28]}
    found = post(INFER, as_json(images)).json
    assert (found["model_name"], [found["model_version"]]) == (model["name"], model["versions"])
    shapes = [(one["name"], one["datatype"], [-1, *one["shape"][1:]]) for one in found["outputs"]]
    assert shapes == [(one["name"], one["datatype"], one["shape"]) for one in model["outputs"]]


def test_the_version_in_the_path_must_be_the_one_that_is_served(get, post, images):
    version = get(f"/v2/models/{CHOSEN}").json["versions"][0]
    assert version == starter.run().model.sha256[:12]
    for path in (f"versions/{version}", f"versions/{version}/ready", "ready"):
        assert get(f"/v2/models/{CHOSEN}/{path}").status == 200
    assert post(f"/v2/models/{CHOSEN}/versions/{version}/infer", as_json(images)).status == 200
    assert post(f"/v2/models/{CHOSEN}/versions/1/infer", as_json(images)).status == 404


def test_the_server_lives_is_ready_and_names_its_extension(get):
    assert get("/v2/health/live").json == {"live": True} and get("/v2/health/ready").json == {"ready": True}
    assert get("/v2").json["extensions"] == ["binary_tensor_data"]
    assert get("/v2/models").json == {"models": [CHOSEN, "starter"]}


def test_pixels_divided_by_255_are_refused_with_the_reason(post, images):
    answer = post(INFER, *tensor(images / 255, "FP32", "<f4"))
    assert answer.status == 400 and "Don't divide" in answer.json["error"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shape": [1, 784]}, "`shape`"),
        ({"shape": [2, 28, 28]}, "`data`"),
        ({"shape": [True, 28, 28]}, "`shape`"),
        ({"shape": [0, 28, 28], "data": []}, "1 to 1,024"),
        ({"shape": [MAX_IMAGES + 1, 28, 28]}, "1 to 1,024"),
        ({"datatype": "BYTES"}, "`datatype`"),
        ({"name": "image"}, '"pixels"'),
        ({"data": "7" * 784}, "`data`"),
        ({"data": [[1] * 28] * 27 + [[1] * 27]}, "`data`"),
        ({"data": [256] + [0] * 783}, "outside"),
        ({"data": [-1] + [0] * 783}, "outside"),
        ({"data": [10**40] + [0] * 783}, "outside"),
        ({"data": [10**400] + [0] * 783}, "`data`"),
        ({"data": [True] * 784}, "`data`"),
    ],
)
def test_a_tensor_that_is_none_is_refused_in_words(post, images, change, said):
    request = as_json(images[:1])
    request["inputs"][0] |= change
    if "data" not in change and "shape" in change:
        request["inputs"][0]["data"] = [0] * 784
    answer = post(INFER, request)
    assert answer.status == 400 and said in answer.json["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["error"] == answer.json["detail"] and answer.json["status"] == 400


@pytest.mark.parametrize("length", ["0", "-1", "1e3", "\u0663", "9" * 20])
def test_a_wrong_length_of_the_json_is_refused(post, images, length):
    body, headers = tensor(images)
    header = {"Inference-Header-Content-Length": length.encode().decode("latin-1")}
    assert post(INFER, body, {**headers, **header}).status == 400


def test_a_tensor_with_other_bytes_than_it_says_is_refused(post, images):
    body, headers = tensor(images)
    for wrong in (body[:-1], body + b"0"):
        assert "bytes must follow" in post(INFER, wrong, headers).json["detail"]


def test_not_a_number_is_refused_as_bytes_and_as_json(post, images):
    broken = np.where(images == 0, np.nan, images)
    assert "outside" in post(INFER, *tensor(broken, "FP32", "<f4")).json["detail"]
    assert "JSON" in post(INFER, as_json(broken, "FP32")).json["detail"]


@pytest.mark.parametrize(
    "request_part",
    [
        {"outputs": [{"name": "logits"}]},
        {"outputs": [{"name": "digit", "parameters": {"classification": 3}}]},
        {"outputs": {"name": "digit"}},
        {"outputs": ["digit"]},
        {"parameters": []},
        {"id": 7},
        {"inputs": []},
    ],
)
def test_a_request_for_what_there_is_not_is_refused(post, images, request_part):
    assert post(INFER, {**as_json(images), **request_part}).status == 400
