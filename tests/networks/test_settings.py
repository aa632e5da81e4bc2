import argparse
import math
from dataclasses import asdict, fields, replace

import pytest
from streamlit.testing.v1 import AppTest

from digits.commands.training_options import add_training_options, chosen_settings
from digits.data.sources import SOURCES
from digits.data.splits import SPLITS
from digits.errors import BadConfig
from digits.networks.architectures import NETWORK, RECIPES, Recipe, recipe
from digits.networks.backends import BACKENDS
from digits.networks.settings import SETTINGS, Settings, make_settings, read_settings
from digits.storage.home import ROOT
from pages.shared.glossary import linked
from pages.train import settings as form
from tests.conftest import PATIENCE

TRAINING_SOURCES = [name for name, known in SOURCES.items() if known.num_train]
LATER = ["convolutions", "filters", "hidden_layers", "units", "dropout", "activation", "optimizer"]


def test_the_table_the_dataclass_the_command_line_and_the_form_agree(with_sample, monkeypatch):
    assert {*SETTINGS, "parent", "parent_source", "damage", "members"} == {field.name for field in fields(Settings)}
    assert {name for name in SETTINGS if SETTINGS[name].default is None} == {field.name for field in fields(Recipe)}
    known = {"architecture": RECIPES, "source": TRAINING_SOURCES, "split": SPLITS, "backend": BACKENDS}
    assert all(list(SETTINGS[name].choices) == list(choices) for name, choices in known.items())

    parser = argparse.ArgumentParser()
    add_training_options(parser)
    assert chosen_settings(parser.parse_args([])) == {}
    text = "".join(parser.format_help().split())
    for name, setting in SETTINGS.items():
        assert "".join(setting.help.split()) in text
        flag = "--" + name.replace("_", "-")
        if setting.kind is bool:
            assert chosen_settings(parser.parse_args([flag])) == {name: True}
            assert chosen_settings(parser.parse_args(["--no-" + flag[2:]])) == {name: False}
        else:
            value = [*setting.choices][-1] if setting.choices else setting.kind(min(setting.maximum, 1e9))
            assert chosen_settings(parser.parse_args([flag, str(value)])) == {name: value}

    monkeypatch.setattr(form, "is_installed", lambda name: True)
    widgets = _widgets(train_source="mnist") | _widgets(train_racers=2)
    assert set(widgets) == set(SETTINGS)
    for name, widget in widgets.items():
        setting = SETTINGS[name]
        assert (widget.label, widget.help) == (setting.label, linked(setting.help))
        if name == "architecture":  # with the ids beside their names
            assert [title.split(" :")[0] for title in widget.options] == list(setting.choices.values())
        elif setting.choices:
            assert widget.options == list(setting.choices.values())
        elif setting.kind is not bool:
            assert (widget.min, widget.max or math.inf) == (setting.minimum, setting.maximum)


def _widgets(**draft):
    """Return the widgets of the settings on the page Train, by the setting's name."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
    for key, value in draft.items():
        page.session_state[key] = value
    page.switch_page("pages/train/page.py").run()
    assert not page.exception
    widgets = {
        widget.key: widget for widget in (*page.number_input, *page.radio, *page.segmented_control, *page.toggle)
    }
    return {name: widgets[f"train_{name}"] for name in SETTINGS if f"train_{name}" in widgets}


@pytest.mark.parametrize("architecture", RECIPES)
def test_the_settings_that_come_with_a_network_are_accepted(architecture):
    settings = make_settings(architecture=architecture)
    usual = asdict(recipe(architecture, "sample"))
    assert {name: getattr(settings, name) for name in usual} == usual
    assert (settings.source, settings.split, settings.seed, settings.xla) == ("sample", "tutorial", 0, "auto")


@pytest.mark.parametrize("architecture", RECIPES)
def test_a_recipe_depends_on_the_digits_and_the_network_itself_does_not(architecture):
    small, large = recipe(architecture, "sample"), recipe(architecture, "mnist")
    assert large == RECIPES[architecture] and (small != large) == (architecture == "cnn")
    assert all(getattr(small, name) == getattr(large, name) for name in NETWORK)
    assert make_settings(architecture=architecture, source="mnist").epochs == large.epochs


def test_the_tutorials_network_comes_with_the_tutorials_settings():
    settings = make_settings(architecture="mlp")
    assert (settings.epochs, settings.batch_size, settings.learning_rate) == (10, 32, 0.01)


def test_settings_survive_being_saved():
    settings = make_settings(architecture="cnn", epochs=3, seed=7)
    assert read_settings(settings.as_dict()) == settings


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"epochs": 0}, "Epochs is 0; expected a whole number from 1 to 1,000."),
        ({"epochs": 2.5}, "Epochs is 2.5; expected a whole number from 1 to 1,000."),
        ({"epochs": True}, "Epochs is True; expected a whole number from 1 to 1,000."),
        ({"batch_size": 70_000}, "Batch size is 70,000; expected a whole number from 1 to 65,536."),
        ({"batch_size": "abc"}, "Batch size is 'abc'; expected a whole number from 1 to 65,536."),
        ({"batch_size": 3_201}, "Batch size is 3,201, but there are only 3,200 training digits. Start with 32."),
        ({"learning_rate": 0.0}, "Learning rate is 0.0; expected a number over 0."),
        ({"learning_rate": math.nan}, "Learning rate is nan; expected a number over 0."),
        ({"learning_rate": math.inf}, "Learning rate is inf; expected a number over 0."),
        ({"label_smoothing": 0.9}, "Label smoothing is 0.9; expected a number from 0 to 0.5."),
        ({"seed": -1}, "Seed is -1; expected a whole number from 0 to 2,147,483,647."),
        ({"augmentation": "yes"}, "Augmentation is 'yes'; expected true or false."),
        ({"augmentation": 1}, "Augmentation is 1; expected true or false."),
        ({"architecture": "resnet"}, "Network is 'resnet'; expected one of linear, mlp, cnn, cnn-large."),
        ({"architecture": ["cnn"]}, "Network is ['cnn']; expected one of linear, mlp, cnn, cnn-large."),
        ({"source": "cifar"}, "Data is 'cifar'; expected one of sample, mnist."),
        ({"parent": 7}, "parent is 7; expected a text."),
        (
            {"split": "official"},
            "MNIST sample has no official test set; use the split tutorial, or the source mnist.",
        ),
        (
            {"racers": 4, "backend": "tensorflow"},
            "Networks at once is 4, but only JAX trains several together. Choose JAX, or 1 network.",
        ),
        (
            {"seed": 2**31 - 1, "racers": 2, "backend": "jax"},
            "Network 2 of 2 does not work. Seed is 2,147,483,648; expected a whole number from 0 to 2,147,483,647.",
        ),
        (
            {"learning_rate": 1e308, "racers": 3, "race": "learning-rates", "backend": "jax"},
            "Network 3 of 3 does not work. Learning rate is inf; expected a number over 0.",
        ),
    ],
)
def test_a_value_that_is_not_accepted_gets_a_sentence(changes, sentence):
    with pytest.raises(BadConfig) as raised:
        make_settings(**changes)
    assert str(raised.value) == sentence


def test_the_default_library_is_that_of_keras_own_variable_and_tensorflow_for_an_older_run(monkeypatch):
    assert make_settings().backend == "tensorflow"
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert make_settings().backend == "jax"
    older = make_settings().as_dict()
    del older["backend"], older["racers"], older["race"]
    assert (read_settings(older).backend, read_settings(older).racers) == ("tensorflow", 1)


def test_networks_trained_at_once_differ_in_their_seed_or_by_half_powers_of_ten_in_the_learning_rate():
    settings = make_settings(architecture="mlp", seed=7, racers=4, backend="jax")
    assert settings.racer_names == ["seed 7", "seed 8", "seed 9", "seed 10"]
    assert settings.racer(2).learning_rate == 0.01
    settings = replace(settings, race="learning-rates")
    assert settings.racer_names == [
        "learning rate 0.001", "learning rate 0.00316", "learning rate 0.01", "learning rate 0.0316"
    ]  # fmt: skip
    assert settings.racer(2) == replace(settings, racers=1)
    assert settings.racer(2).racer_names == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda saved: saved.update(momentum=0.9), "have unknown fields: momentum"),
        (lambda saved: saved.pop("seed"), "are incomplete: seed missing"),
    ],
)
def test_saved_settings_with_other_fields_are_refused(change, sentence):
    saved = make_settings().as_dict()
    change(saved)
    with pytest.raises(BadConfig, match=sentence):
        read_settings(saved)


@pytest.mark.parametrize("architecture", RECIPES)
def test_settings_from_before_networks_could_be_changed_are_those_of_the_network(architecture):
    settings = make_settings(architecture=architecture)
    older = {name: value for name, value in settings.as_dict().items() if name not in LATER}
    assert read_settings(older) == settings and not settings.changes


def test_what_makes_a_network_another_one_is_known():
    settings = make_settings(architecture="cnn", filters=8, activation="silu", optimizer="adamw", epochs=2)
    assert settings.changes == {"filters": 8, "activation": "silu", "optimizer": "adamw"}
    assert read_settings(settings.as_dict()) == settings


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"architecture": "linear", "hidden_layers": 1}, "Hidden layers"),
        ({"architecture": "mlp", "convolutions": 1}, "Convolutions"),
        ({"architecture": "cnn-large", "activation": "sigmoid"}, "Activation"),
    ],
)
def test_a_part_that_a_network_does_not_have_cannot_be_changed(changes, label):
    with pytest.raises(BadConfig) as raised:
        make_settings(**changes)
    advice = "Choose another network, for instance Convolutional."
    assert str(raised.value) == f"{label} cannot change in this network. {advice}"


def test_sgd_comes_with_ten_times_the_learning_rate():
    assert make_settings(architecture="mlp", optimizer="sgd").learning_rate == pytest.approx(0.1)
    assert make_settings(architecture="mlp", optimizer="sgd", learning_rate=0.02).learning_rate == 0.02
    assert make_settings(architecture="mlp", optimizer="adamw").learning_rate == 0.01
