import itertools
import json
import random

import numpy as np
import pytest

from digits.networks.architectures import (
    DESCRIPTIONS,
    EDITABLE,
    ENSEMBLE,
    RECIPES,
    TITLES,
    build,
    described_layers,
    num_parameters,
    weight_shapes,
)  # fmt: skip
from digits.networks.settings import make_settings
from tests.conftest import digits

EDITED = [
    {"architecture": "mlp", "hidden_layers": 3, "units": 40, "activation": "leaky_relu", "dropout": 0.2},
    {"architecture": "mlp", "hidden_layers": 0},
    {"architecture": "mlp", "units": 1, "activation": "sigmoid"},
    *(
        {"architecture": "cnn", "convolutions": convolutions, "filters": 5, "hidden_layers": hidden}
        for convolutions, hidden in itertools.product(range(6), (0, 2))
    ),
    {"architecture": "cnn", "filters": 64, "units": 512, "activation": "leaky_relu", "dropout": 0.0},
    {"architecture": "cnn", "convolutions": 3, "hidden_layers": 0, "activation": "sigmoid", "dropout": 0.5},
]


def test_every_architecture_has_a_recipe_a_title_a_description_and_what_can_be_changed():
    assert list(RECIPES) == list(DESCRIPTIONS) == list(EDITABLE)
    assert [*RECIPES, ENSEMBLE] == list(TITLES)
    assert [num_parameters(make_settings(architecture=name)) for name in RECIPES] == [7_850, 101_770, 109_018, 228_906]


@pytest.mark.parametrize("changes", [*({"architecture": name} for name in RECIPES), *EDITED], ids=str)
def test_the_layers_are_those_that_keras_builds(changes):
    settings = make_settings(**changes)
    model = build(settings)
    assert described_layers(settings) == [
        {
            "layer": type(layer).__name__,
            "output": list(layer.output.shape),
            "parameters": layer.count_params(),
            "weights": [tuple(weight.shape) for weight in layer.weights],
        }
        for layer in model.layers
    ]
    assert weight_shapes(settings) == [weight.shape for weight in model.get_weights()]
    assert num_parameters(settings) == model.count_params()


def test_the_networks_are_those_of_runs_from_before_they_could_be_changed_to_the_last_bit():
    from digits.networks.library import keras

    layers = keras.layers

    def convolution(*how):
        return [layers.Conv2D(*how, use_bias=False), layers.BatchNormalization(momentum=0.9), layers.ReLU()]

    written = {
        "linear": lambda: [layers.Flatten()],
        "mlp": lambda: [layers.Flatten(), layers.Dense(128, activation="relu")],
        "cnn": lambda: [
            *convolution(16, 5, 2, "valid"), *convolution(32, 3, 2, "valid"),
            layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.3),
        ],
        "cnn-large": lambda: [
            *convolution(32, 5, 2, "same"), *convolution(48, 3, 1, "same"), *convolution(64, 3, 2, "same"),
            *convolution(96, 3, 1, "same"), *convolution(96, 3, 1, "same"), layers.Flatten(), layers.Dropout(0.4),
        ],
    }  # fmt: skip
    image = np.random.default_rng(0).integers(0, 256, (2, 28, 28, 1)).astype(np.float32)
    for name, hidden in written.items():
        random.seed(3)
        scaled = [keras.Input((28, 28, 1)), layers.Rescaling(1 / 255)]
        earlier = keras.Sequential([*scaled, *hidden(), layers.Dense(10, activation="softmax")])
        random.seed(3)
        model = build(make_settings(architecture=name))
        for now, before in zip(model.variables, earlier.variables, strict=True):
            np.testing.assert_array_equal(now, before)
        for training in (False, True):
            np.testing.assert_array_equal(model(image, training=training), earlier(image, training=training))


def test_the_tutorials_network_has_the_tutorials_layers():
    rows = described_layers(make_settings(architecture="mlp"))
    assert [(layer["layer"], layer["output"][1:], layer["parameters"]) for layer in rows] == [
        ("Rescaling", [28, 28, 1], 0),
        ("Flatten", [784], 0),
        ("Dense", [128], 100_480),
        ("Dense", [10], 1_290),
    ]


def test_the_command_line_lists_the_layers_without_the_library_of_keras(digits_home, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    counted = json.loads(digits("architectures", "--json", home=digits_home).stdout)
    assert counted == json.loads(
        json.dumps({name: described_layers(make_settings(architecture=name, backend="jax")) for name in RECIPES})
    )
    assert "109,018 parameters" in digits("architectures", home=digits_home).stdout


TRAIN = """
import json
from digits.__main__ import main
from digits.networks.architectures import build
from digits.networks.settings import make_settings
main(["train", "--architecture", "mlp", "--epochs", "3", "--json"])
print(json.dumps([layer.output.shape for layer in build(make_settings(architecture="cnn")).layers]))
"""


def test_the_users_own_defaults_of_keras_change_nothing(python, with_sample, trained_home, tmp_path, monkeypatch):
    (tmp_path / "keras").mkdir()
    (tmp_path / "keras" / "keras.json").write_text('{"image_data_format": "channels_first", "floatx": "float16"}')
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    said, _ = python(TRAIN).communicate()
    result, shapes = map(json.loads, said.rstrip().rsplit("\n", 1))
    expected = json.loads((trained_home / "logs" / "train.json").read_text())
    losses, expected_losses = ([epoch["val_loss"] for epoch in each["epochs"]] for each in (result, expected))
    assert losses == pytest.approx(expected_losses, rel=1e-3)
    assert result["test"]["accuracy"] == pytest.approx(expected["test"]["accuracy"], abs=0.005)
    assert shapes == [layer["output"] for layer in described_layers(make_settings(architecture="cnn"))]
