import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.inference.snapshot import Snapshot
from digits.networks import weights
from digits.networks.architectures import ACTIVATIONS, RECIPES, build
from digits.networks.settings import make_settings
from digits.runs import models
from digits.runs import store as runs
from digits.storage.files import write_new
from digits.storage.home import run_folder

EDITED = [
    *({"architecture": "mlp", "hidden_layers": 2, "activation": activation} for activation in ACTIVATIONS),
    {"architecture": "cnn", "convolutions": 3, "activation": "leaky_relu"},
    {"architecture": "cnn", "activation": "silu"},
]


@pytest.mark.parametrize("changes", [*({"architecture": name} for name in RECIPES), *EDITED], ids=str)
def test_numpy_predicts_what_keras_predicts(changes, with_sample):
    from digits.networks.library import keras

    keras.utils.set_random_seed(0)
    settings, random = make_settings(**changes), np.random.default_rng(0)
    network = build(settings)
    # Not as built: biases of 0 and means of 0 would hide where they are forgotten. A variance is never negative.
    moved = [weight * 0.8 + random.uniform(0.01, 0.2, weight.shape) for weight in network.get_weights()]
    network.set_weights(
        [(weight - weight.mean()) * (weight.ndim > 1) + weight * (weight.ndim == 1) for weight in moved]
    )
    images = open_dataset("sample").images[::1000]
    expected = network.predict_on_batch(images[..., np.newaxis].astype(np.float32))
    assert np.ptp(expected, axis=0).max() > 0.01  # the digits do not all look the same to it
    found = weights.network(settings, network.get_weights()).probabilities(images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_last_snapshot_of_a_run_is_its_model(with_run):
    images = open_dataset("sample").images[:20]
    *_, last = runs.files(with_run.id, "snapshot")
    exported = models.recognizer(with_run)
    exported._temperature = 1  # a snapshot is not calibrated
    found = models.snapshot(with_run, last).probabilities(images)
    np.testing.assert_allclose(found, exported.probabilities(images), atol=1e-4)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:1000],
        lambda content: content[:5000] + b"\xff" * 8 + content[5008:],
    ],
    ids=["empty", "cut", "flipped"],
)
def test_a_damaged_snapshot_is_refused_in_plain_words(with_run, damage):
    stored = runs.files(with_run.id, "snapshot")[0]
    file = run_folder(with_run.id) / stored.name
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(DamagedFile, match="The snapshot snapshot-0000.npz is damaged"):
        models.snapshot(with_run, 0)


def test_a_snapshot_with_an_unknown_kind_of_layer_is_refused(tmp_path):
    layers = '[{"layer": "LSTM", "weights": 0}]'
    stored = write_new(tmp_path, "snapshot-0001.npz", lambda part: np.savez(part, layers=np.array(layers)))
    with pytest.raises(DamagedFile):
        Snapshot.load(tmp_path, stored)


def test_the_weights_of_a_first_dense_layer_are_pictures(with_run):
    snapshot = models.snapshot(with_run, 3)
    pictures = snapshot.pixel_weights
    assert pictures.shape == (128, 28, 28)
    # One bright pixel adds its weight to every unit.
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 14, 9] = 255
    (kernel, *_), *_ = [arrays for _, arrays, _ in snapshot._steps if arrays]
    np.testing.assert_array_equal(pictures[:, 14, 9], image.reshape(1, -1)[0] / 255 @ kernel)


def test_a_first_convolution_has_no_pictures_of_all_pixels():
    settings = make_settings(architecture="cnn")
    assert weights.network(settings, build(settings).get_weights()).pixel_weights is None
