"""A network whose layers and optimizer were changed, through all that can be done with a run."""

import json

import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.runs import models, transfer
from digits.runs import store as runs

EDITS = {
    "mlp": ["--hidden-layers", 2, "--units", 24, "--activation", "silu", "--dropout", 0.1, "--optimizer", "adamw"],
    "cnn": [
        "--convolutions", 3, "--filters", 4, "--hidden-layers", 0, "--activation", "leaky_relu", "--optimizer", "sgd",
        "--batch-size", 256,
    ],
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras and NumPy, whoever trains in this process
@pytest.mark.parametrize("architecture", EDITS)
def test_an_edited_network_is_trained_travels_and_predicts_the_same_everywhere(
    run, with_sample, tmp_path, architecture
):
    train = ["train", "--json", "--architecture", architecture, *EDITS[architecture], "--schedule", "constant"]
    told = json.loads(run(*train, "--epochs", 2).out)
    trained, images = runs.page()[0], open_dataset("sample").images[:50]
    assert told["config"] == trained.settings.as_dict() and trained.settings.changes
    recognizer = models.recognizer(trained)
    expected = recognizer.probabilities(images)
    assert run("runs", "export", trained.id, tmp_path / "run.zip").code == 0
    assert run("runs", "import", tmp_path / "run.zip", "--as-copies").code == 0
    (copy,) = [found for found in runs.page() if transfer.is_unbuilt(found)]
    assert copy.settings == trained.settings
    again = models.recognizer(transfer.ensure_built(copy)).probabilities(images)
    np.testing.assert_allclose(again, expected, atol=1e-5)
    recognizer._temperature = 1  # a snapshot is not calibrated
    np.testing.assert_allclose(
        models.snapshot(trained, 2).probabilities(images), recognizer.probabilities(images), atol=1e-4
    )
    assert list(models.activations(trained).activations(images[0])) == list(trained.model.layers)
