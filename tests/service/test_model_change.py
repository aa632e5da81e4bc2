"""A model changes while it is asked, and no request is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from digits.runs import models, transfer
from digits.runs import store as runs
from digits.service import served_models
from digits.storage.home import run_folder
from tests.conftest import wait_until
from tests.service.conftest import arrays, tensor

INFER = "/v2/models/digits/infer"


@pytest.fixture(autouse=True)
def look_always(monkeypatch):
    monkeypatch.setattr(served_models, "LOOK_SECONDS", 0.0)


def test_while_the_choice_changes_every_request_is_answered_by_the_model_that_it_names(with_run, post, images):
    candidates = [with_run, runs.get("starter")]
    expected = {run.model.sha256[:12]: models.recognizer(run).probabilities(images) for run in candidates}
    seen: dict[str, int] = dict.fromkeys(expected, 0)
    ended = threading.Event()

    def ask_on():
        while not ended.is_set():
            answer = post(INFER, *tensor(images, parameters={}))
            assert answer.status == 200, answer.body
            version = answer.json["model_version"]
            np.testing.assert_allclose(arrays(answer)["probabilities"], expected[version], atol=1e-6)
            seen[version] += 1

    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(ask_on) for _ in range(3)]
        try:
            for run in 3 * candidates:
                models.choose(run)
                before = seen[run.model.sha256[:12]]
                wait_until(lambda run=run, before=before: seen[run.model.sha256[:12]] > before + 3)
        finally:
            ended.set()
    assert all(one.exception() is None for one in asking)


def test_a_run_is_served_by_its_id_from_its_end_until_it_is_deleted(with_run, get, post, images):
    [unbuilt] = transfer.import_zips([transfer.pack(with_run)], as_copies=True)  # its model is made at its first use
    assert get("/v2/models").json["models"] == ["digits", with_run.id, "starter"]
    assert post(f"/v2/models/{unbuilt}/infer", *tensor(images)).status == 404
    assert post(f"/v2/models/{with_run.id}/infer", *tensor(images)).status == 200
    runs.delete(with_run.id)
    assert post(f"/v2/models/{with_run.id}/infer", *tensor(images)).status == 404
    assert post(INFER, *tensor(images)).status == 200


def test_where_a_new_model_is_damaged_the_old_one_stays_and_alone_it_is_not_ready(with_run, get, post, images):
    models.choose(runs.get("starter"))
    version = get("/v2/models/digits").json["versions"]
    (run_folder(with_run.id) / with_run.model.files["model.tflite"].name).write_bytes(b"damaged")
    models.choose(with_run)
    assert get("/v2/models/digits").json["versions"] == version
    assert get("/v2/health/ready").status == 200
    broken = get(f"/v2/models/{with_run.id}/ready")
    assert broken.status == 503 and "damaged" in broken.json["detail"]


def test_only_some_models_stay_in_memory(with_run, monkeypatch):
    monkeypatch.setattr(served_models, "KEPT", 1)
    served = served_models.ServedModels()
    first = served.get("starter")
    assert served.get("starter") is first
    served.get(with_run.id)
    assert served.get("starter") is not first


def test_a_run_that_was_named_at_the_start_is_served_whatever_is_chosen(with_run):
    models.choose(with_run)
    assert served_models.ServedModels("starter").get("digits").run.is_starter
    assert served_models.ServedModels().get("digits").run == with_run
