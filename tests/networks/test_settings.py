import math

import pytest

from digits.errors import BadConfig
from digits.networks.architectures import RECIPES
from digits.networks.settings import make_config, read_config


@pytest.mark.parametrize("architecture", RECIPES)
def test_every_recipe_is_a_good_config_as_it_stands(architecture):
    config = make_config(architecture=architecture)
    assert (config.source, config.split, config.seed, config.xla) == ("sample", "tutorial", 0, "auto")


def test_the_tutorials_network_comes_with_the_tutorials_settings():
    config = make_config(architecture="mlp")
    assert (config.epochs, config.batch_size, config.learning_rate) == (10, 32, 0.01)


def test_a_config_survives_being_saved():
    config = make_config(architecture="cnn", epochs=3, seed=7)
    assert read_config(config.as_dict()) == config


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"epochs": 0}, "epochs is 0; expected a whole number from 1 to 1,000."),
        ({"epochs": 2.5}, "epochs is 2.5; expected a whole number from 1 to 1,000."),
        ({"epochs": True}, "epochs is True; expected a whole number from 1 to 1,000."),
        ({"batch_size": -1}, "batch_size is -1; expected a whole number from 1 to 65,536."),
        ({"batch_size": "abc"}, "batch_size is 'abc'; expected a whole number from 1 to 65,536."),
        ({"batch_size": 3_201}, "batch_size is 3,201, but the training set has only 3,200 digits. Start with 32."),
        ({"learning_rate": 0.0}, "learning_rate is 0; the network would not learn. Start with 0.01."),
        ({"learning_rate": -0.1}, "learning_rate is -0.1; expected a number over 0."),
        ({"learning_rate": math.nan}, "learning_rate is nan; expected a number over 0."),
        ({"learning_rate": math.inf}, "learning_rate is inf; expected a number over 0."),
        ({"label_smoothing": 0.9}, "label_smoothing is 0.9; expected a number from 0 to 0.5."),
        ({"seed": -1}, "seed is -1; expected a whole number from 0 to 2,147,483,647."),
        ({"xla": "maybe"}, "xla is 'maybe'; choose one of auto, on, off."),
        ({"backend": "torch"}, "backend is 'torch'; choose one of tensorflow, jax."),
        ({"racers": 17, "backend": "jax"}, "racers is 17; expected a whole number from 1 to 16."),
        (
            {"racers": 4, "backend": "tensorflow"},
            "racers is 4, but only JAX trains several at once; set backend to jax.",
        ),
        ({"race": "batches"}, "race is 'batches'; choose one of seeds, learning-rates."),
        (
            {"seed": 2**31 - 1, "racers": 2, "backend": "jax"},
            "seed is 2147483647; expected a whole number from 0 to 2,147,483,646.",
        ),
        ({"schedule": "cosine"}, "schedule is 'cosine'; choose one of constant, one-cycle."),
        ({"augmentation": "yes"}, "augmentation is 'yes'; expected true or false."),
        ({"architecture": "resnet"}, "architecture is 'resnet'; choose one of linear, mlp, cnn, cnn-large."),
        ({"architecture": ["cnn"]}, "architecture is ['cnn']; choose one of linear, mlp, cnn, cnn-large."),
        ({"source": "cifar"}, "There is no data source 'cifar'; choose one of sample, mnist."),
        (
            {"split": "official"},
            "MNIST sample has no official test set; use the split tutorial, or the source mnist.",
        ),
    ],
)
def test_a_bad_setting_gets_one_sentence(changes, sentence):
    with pytest.raises(BadConfig) as raised:
        make_config(**changes)
    assert str(raised.value) == sentence


def test_the_backend_is_that_of_keras_own_variable_and_one_of_an_older_run_tensorflow(monkeypatch):
    assert make_config().backend == "tensorflow"
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert make_config().backend == "jax"
    older = make_config().as_dict()
    del older["backend"], older["racers"], older["race"]
    assert (read_config(older).backend, read_config(older).racers) == ("tensorflow", 1)


def test_racers_differ_in_their_seed_or_by_half_powers_of_ten_around_the_learning_rate():
    race = make_config(architecture="mlp", seed=7, racers=4, backend="jax")
    assert race.racer_names == ["seed 7", "seed 8", "seed 9", "seed 10"] and race.racer(2).learning_rate == 0.01
    race = make_config(architecture="mlp", seed=7, racers=4, backend="jax", race="learning-rates")
    names = ["learning rate 0.001", "learning rate 0.00316", "learning rate 0.01", "learning rate 0.0316"]
    assert race.racer_names == names
    assert race.racer(2) == make_config(architecture="mlp", seed=7, backend="jax", race="learning-rates")
    assert race.racer(2).racer_names == []


def test_a_saved_config_with_other_fields_is_refused():
    saved = make_config().as_dict()
    with pytest.raises(BadConfig, match="expected"):
        read_config(saved | {"momentum": 0.9})
    del saved["seed"]
    with pytest.raises(BadConfig, match="expected"):
        read_config(saved)
