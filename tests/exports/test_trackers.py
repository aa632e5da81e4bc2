"""A finished run in trackers, read back with their own readers."""

import csv
import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from digits.errors import DigitsError
from digits.exports.trackers.export import TRACKERS, export
from digits.networks.settings import make_settings
from digits.runs import starter
from digits.runs import store as runs
from tests.conftest import digits

MLFLOW = os.environ.get("DIGITS_MLFLOW_PYTHON", sys.executable)
"""An interpreter with MLflow."""
HAS_MLFLOW = "DIGITS_MLFLOW_PYTHON" in os.environ or bool(importlib.util.find_spec("mlflow"))
READ_MLFLOW = """
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(f"sqlite:///{sys.argv[1]}/mlflow.db")
[run] = client.search_runs([client.get_experiment_by_name("Digits").experiment_id])
history = {name: [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, name)]
           for name in run.data.metrics}
files = [file.path for file in client.list_artifacts(run.info.run_id, "model")]
print(json.dumps({"params": run.data.params, "tags": run.data.tags, "history": history, "files": files,
                  "status": run.info.status, "name": run.info.run_name}))
"""


def column(name):
    return [row[name] for row in runs.epochs("starter")]


def test_tables_hold_each_epoch_the_settings_and_the_scores(tmp_path):
    export(starter.run(), "csv", tmp_path / "new")
    with (tmp_path / "new" / "starter" / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == column("epoch")
    assert [float(row["val_accuracy"]) for row in rows] == column("val_accuracy")
    with (tmp_path / "new" / "starter" / "run.csv").open(newline="") as file:
        about = dict(csv.reader(file))
    assert about["architecture"] == "cnn-large" and float(about["test_accuracy_official"]) == 0.9969


def test_tensorflow_reads_the_event_files_back(tmp_path):
    from tensorflow.compat.v1.train import summary_iterator
    from tensorflow.python.framework.tensor_util import MakeNdarray

    assert "starter is in" in digits("runs", "export", "starter", "--to", "tensorboard", tmp_path, home=tmp_path).stdout
    points = {}
    for file in (tmp_path / "starter").rglob("events.*"):
        for event in summary_iterator(str(file)):
            for value in event.summary.value:
                kind = value.metadata.plugin_data.plugin_name
                points.setdefault((file.parent.name, value.tag, kind), []).append(
                    (event.step, MakeNdarray(value.tensor))
                )
    for part, tag, name in [
        ("train", "epoch_loss", "loss"),
        ("train", "epoch_learning_rate", "learning_rate"),
        ("validation", "epoch_accuracy", "val_accuracy"),
    ]:
        steps, values = zip(*points[part, tag, "scalars"], strict=True)
        assert list(steps) == column("epoch")
        np.testing.assert_allclose(values, column(name), rtol=1e-6)
    [(step, accuracy)] = points["starter", "test_accuracy/official", "scalars"]
    assert step == 16 and accuracy == pytest.approx(0.9969)
    [(_, [text])] = points["starter", "settings", "text"]
    assert b"| architecture | cnn-large |" in text


@pytest.mark.skipif(not HAS_MLFLOW, reason="DIGITS_MLFLOW_PYTHON names no interpreter with MLflow")
def test_mlflow_reads_its_store_back(tmp_path):
    export(starter.run(), "mlflow", tmp_path, MLFLOW)
    read = subprocess.run([MLFLOW, "-c", READ_MLFLOW, tmp_path], capture_output=True, text=True, check=True)
    found = json.loads(read.stdout.splitlines()[-1])
    assert (found["status"], found["name"], found["tags"]["digits.run"]) == ("FINISHED", "Starter model", "starter")
    assert found["params"]["architecture"] == "cnn-large" and found["params"]["batch_size"] == "128"
    assert found["history"]["val_loss"] == [
        list(pair) for pair in zip(column("epoch"), column("val_loss"), strict=True)
    ]
    assert found["history"]["test_accuracy_official"] == [[16, 0.9969]]
    assert found["files"] == ["model/model.keras", "model/model.tflite"]
    with pytest.raises(DigitsError, match="The folder already holds this run"):
        export(starter.run(), "mlflow", tmp_path, MLFLOW)


@pytest.mark.skipif(bool(importlib.util.find_spec("mlflow")), reason="MLflow is installed here")
def test_without_mlflow_the_sentence_says_how_to_get_it(tmp_path):
    with pytest.raises(DigitsError, match="MLflow is missing.*a separate environment.*--python mlflow/bin/python"):
        export(starter.run(), "mlflow", tmp_path, sys.executable)


def test_a_folder_may_hold_other_runs_but_not_the_same_one_twice(tmp_path):
    (tmp_path / "another").mkdir()
    export(starter.run(), "csv", tmp_path)
    with pytest.raises(DigitsError, match="The folder already holds this run"):
        export(starter.run(), "csv", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["another", "starter"]


@pytest.mark.parametrize(
    ("python", "why"),
    [
        ("/bin/false", "MLflow could not store the run"),
        ("/bin/true", "MLflow could not store the run"),
        ("/no/python", "no such interpreter"),
    ],
)
def test_an_interpreter_that_is_none_is_said_in_words(tmp_path, python, why):
    with pytest.raises(DigitsError, match=why):
        export(starter.run(), "mlflow", tmp_path, python)


@pytest.mark.parametrize("tracker", TRACKERS)
def test_a_run_that_waits_is_refused(tracker, digits_home, tmp_path):
    waits = runs.create(make_settings())
    with pytest.raises(DigitsError, match="This run is queued and has 0 epochs"):
        export(waits, tracker, tmp_path / "new")
    assert not (tmp_path / "new").exists()
