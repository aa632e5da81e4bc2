"""A race on JAX, in a process of its own: each network is the one that it would be alone; what diverges is out."""

import json

import pytest

from digits.training import backends
from tests.training.test_engine import output_of

CODE = """
import json
from dataclasses import replace
import numpy as np
from digits.data.dataset import open_dataset
from digits.training import trainer
from digits.networks.settings import TrainConfig, make_config


def trained(config, **more):
    rows, checkpoints = [], []
    fitted = trainer.fit(
        config, dataset, "CPU", on_epoch=rows.append, on_checkpoint=checkpoints.append, **more
    )
    return fitted, rows, checkpoints


dataset = open_dataset("sample")
settings = {"architecture": "linear", "backend": "jax", "epochs": 2, "schedule": "one-cycle"}
race = make_config(**settings, racers=3, race="learning-rates", learning_rate=0.003)
fitted, rows, checkpoints = trained(race)
each = [trained(race.racer(place))[1] for place in range(3)]

# Stopped at once after going on from its checkpoint, it is still the leader's network.
stopped, _, _ = trained(race, checkpoint=checkpoints[-1], num_epochs=3, should_stop=lambda: True)
leads = [np.array_equal(a, b) for a, b in zip(stopped.model.get_weights(), fitted.model.get_weights(), strict=True)]

rates = {0: 3e38, 1: 0.003}  # with the first nothing stays finite
TrainConfig.racer = lambda config, place: replace(config, racers=1, learning_rate=rates[place])
survived, diverged, _ = trained(replace(race, racers=2, schedule="constant"))
TrainConfig.racer = lambda config, place: replace(config, racers=1, learning_rate=3e38)
all_out, _, _ = trained(replace(race, racers=2, schedule="constant"))
print(json.dumps({
    "rows": rows, "each": each, "leads": leads,
    "survived": [survived.state, diverged], "all_out": [all_out.state, all_out.reason],
}))
"""


@pytest.fixture
def raced(with_sample, monkeypatch):
    """What became of a race of three learning rates, and of races in which one or all diverge."""
    if not backends.is_installed("jax"):
        pytest.skip("pip install -r requirements-jax.txt")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    return json.loads(output_of(CODE))


def test_learning_rates_race_as_if_each_were_alone_and_what_diverges_neither_wins_nor_stops_the_others(raced):
    last, alone = raced["rows"][-1], [rows[-1] for rows in raced["each"]]
    for racer, other in zip(last["racers"], alone, strict=True):
        assert racer["val_loss"] == pytest.approx(other["val_loss"], rel=1e-3)
        assert racer["val_accuracy"] == pytest.approx(other["val_accuracy"], abs=0.003)
    assert len({racer["val_loss"] for racer in last["racers"]}) == 3
    assert last["leader"] == max(range(3), key=lambda place: last["racers"][place]["val_accuracy"]) != 0
    first = raced["rows"][0]
    assert first["learning_rate"] == pytest.approx(raced["each"][first["leader"]][0]["learning_rate"])
    assert all(raced["leads"])

    state, rows = raced["survived"]
    assert state == "done" and [row["leader"] for row in rows] == [1, 1]
    assert rows[-1]["racers"][0]["val_loss"] is None and rows[-1]["val_accuracy"] > 0.6
    assert raced["all_out"] == ["failed", "the loss became NaN in epoch 1; lower the learning rate"]
