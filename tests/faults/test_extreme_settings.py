"""Settings that no training survives."""

import re

import pytest

from digits.runs import runs
from digits.runs.run import RunState
from tests.conftest import digits


@pytest.mark.parametrize("architecture", ["linear", "mlp", "cnn"])
def test_a_learning_rate_of_1e9_fails_the_run_in_words_and_keeps_the_last_good_weights(with_sample, architecture):
    process = digits("train", "--architecture", architecture, "--learning-rate", "1e9", home=with_sample, check=False)
    run = runs.all_runs()[0]
    assert (process.returncode, run.state) == (1, RunState.FAILED)
    said = process.stderr.strip().splitlines()[-1]
    assert re.search("failed: the loss became .*NaN.* in epoch 1; lower the learning rate$", said)
    assert run.model_file("model.keras").exists() and not run.has_model
