import json

import pytest

from digits.networks.architectures import ARCHITECTURES, DESCRIPTIONS, LAYERS_FILE, RECIPES, TITLES, layers
from tests.conftest import digits


def test_the_stored_layers_are_those_that_keras_counts(digits_home):
    counted = json.loads(digits("architectures", "--json", home=digits_home).stdout)
    assert counted == json.loads(LAYERS_FILE.read_text())
    assert list(counted) == list(ARCHITECTURES) == list(RECIPES) == list(TITLES) == list(DESCRIPTIONS)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_says_its_number_of_parameters(name):
    total = sum(layer["parameters"] for layer in layers(name))
    assert f" {total:,} parameters;" in DESCRIPTIONS[name]


def test_the_tutorials_network_has_the_tutorials_layers():
    assert [(layer["layer"], layer["output"][1:], layer["parameters"]) for layer in layers("mlp")] == [
        ("Rescaling", [28, 28, 1], 0),
        ("Flatten", [784], 0),
        ("Dense", [128], 100_480),
        ("Dense", [10], 1_290),
    ]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_takes_stored_pixels_and_gives_ten_probabilities(name):
    assert layers(name)[0]["layer"] == "Rescaling"
    assert layers(name)[-1]["output"] == [None, 10]


def test_the_users_own_defaults_of_keras_change_nothing(with_sample, tmp_path, monkeypatch):
    (tmp_path / "keras").mkdir()
    (tmp_path / "keras" / "keras.json").write_text('{"image_data_format": "channels_first", "floatx": "float16"}')
    train = ("train", "--architecture", "cnn", "--epochs", "1", "--batch-size", "800", "--json")  # four steps
    expected = json.loads(digits(*train, home=with_sample).stdout)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    result = json.loads(digits(*train, home=with_sample).stdout)
    assert result["epochs"][0]["val_loss"] == pytest.approx(expected["epochs"][0]["val_loss"], rel=1e-3)
    assert result["test"]["accuracy"] == pytest.approx(expected["test"]["accuracy"], abs=0.005)
