import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.inference.activations import Activations
from digits.networks.settings import make_settings
from digits.runs import models, starter
from digits.runs import store as runs


@pytest.fixture(scope="module")
def layers():
    return models.activations(runs.get("starter"))


def test_each_convolution_of_the_starter_gives_its_maps_after_the_relu(layers, with_sample):
    seen = layers.activations(open_dataset("sample").images[0])
    assert {name: maps.shape for name, maps in seen.items()} == {
        "convolution 1": (14, 14, 32),
        "convolution 2": (14, 14, 48),
        "convolution 3": (7, 7, 64),
        "convolution 4": (7, 7, 96),
        "convolution 5": (7, 7, 96),
        "features": (96,),
    }
    assert all(maps.min() >= 0 and maps.max() > 0 for maps in seen.values())
    # The features of this network are the mean of each last map; so this holds the order of rows and channels, too.
    np.testing.assert_allclose(seen["features"], seen["convolution 5"].mean(axis=(0, 1)), atol=1e-4)


def test_the_same_digit_has_nearer_features_than_another(layers, with_sample):
    dataset = open_dataset("sample")
    zeros, ones = (layers.features(dataset.images[dataset.labels == digit][:20]) for digit in (0, 1))
    within = np.linalg.norm(zeros - zeros.mean(axis=0), axis=1).max()
    assert np.linalg.norm(zeros.mean(axis=0) - ones, axis=1).min() > within


def test_no_digits_have_no_features(layers):
    assert layers.features(np.empty((0, 28, 28), np.uint8)).shape == (0, 96)


def test_the_features_of_a_trained_network_are_keras_own(with_run):
    from digits.networks.library import keras

    images = open_dataset("sample").images[:5]
    network = keras.models.load_model(with_run.model.file("model.keras"))
    hidden = keras.Model(network.inputs, network.layers[-2].output)
    expected = hidden.predict_on_batch(images[..., np.newaxis].astype(np.float32))
    np.testing.assert_allclose(models.activations(with_run).features(images), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shapes", [{"features": (95,)}, {"convolution 1": (14, 14, 31), "features": (96,)}])
def test_a_file_that_does_not_give_the_shapes_of_its_manifest_is_damaged(shapes):
    with pytest.raises(DamagedFile, match="layers.tflite is missing or damaged"):
        Activations.load(starter.FOLDER / "layers.tflite", shapes)


def test_a_file_cut_short_is_damaged(tmp_path, layers):
    (tmp_path / "layers.tflite").write_bytes((starter.FOLDER / "layers.tflite").read_bytes()[:1000])
    with pytest.raises(DamagedFile, match="layers.tflite is missing or damaged"):
        Activations.load(tmp_path / "layers.tflite", layers.shapes)


def test_a_run_without_a_model_says_so(with_sample):
    run = runs.create(make_settings(architecture="linear"))
    with pytest.raises(DamagedFile, match="This run has no model: it is queued. Choose another one."):
        models.activations(run)
