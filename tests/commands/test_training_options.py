import argparse

import pytest

from digits.commands.training_options import add_training_options, chosen_settings
from digits.errors import BadConfig
from digits.networks.settings import make_settings


def chosen(*arguments):
    parser = argparse.ArgumentParser()
    add_training_options(parser)
    return chosen_settings(parser.parse_args(arguments))


def test_only_the_settings_that_are_given_are_chosen():
    assert chosen("--architecture", "mlp", "--epochs", "3", "--no-augmentation") == {
        "architecture": "mlp",
        "epochs": 3,
        "augmentation": False,
    }


@pytest.mark.parametrize("name", ["batch_size", "learning_rate", "schedule"])
def test_a_bad_value_gets_the_sentence_of_the_browser(name):
    with pytest.raises(BadConfig) as browser:
        make_settings(**{name: "abc"})
    with pytest.raises(BadConfig) as command_line:
        chosen("--" + name.replace("_", "-"), "abc")
    assert str(command_line.value) == str(browser.value)
