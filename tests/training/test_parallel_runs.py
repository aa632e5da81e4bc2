"""Networks trained at once on JAX: each is the one that it would be alone, and one that diverges never leads."""

import json

import pytest

from tests.training.conftest import output_of

CODE = """
import json
from dataclasses import replace
import numpy as np
from digits.data.dataset import open_dataset
from digits.training import trainer
from digits.networks.settings import Settings, make_settings


def trained(settings, **more):
    rows, checkpoints = [], []
    fitted = trainer.fit(
        settings, dataset, "CPU", on_epoch=rows.append, on_checkpoint=checkpoints.append, **more
    )
    return fitted, rows, checkpoints


def same(fitted, other):
    return [np.array_equal(a, b) for a, b in zip(fitted.model.get_weights(), other.model.get_weights(), strict=True)]


dataset = open_dataset("sample")
chosen = {"architecture": "linear", "backend": "jax", "epochs": 2, "schedule": "one-cycle"}
several = make_settings(**chosen, racers=3, race="learning-rates", learning_rate=0.003)
fitted, rows, checkpoints = trained(several)

# Stopped at once after continuing from its checkpoint, it is still the leader's network.
stopped, _, _ = trained(several, checkpoint=checkpoints[-1], num_epochs=3, should_stop=lambda: True)
# The same again, by an engine that is compiled already and led by another network.
again, rows_again, _ = trained(several)
each = [trained(several.racer(place))[1] for place in range(3)]
optimizers = {}
for name in ("sgd", "adamw"):
    edited = make_settings(
        architecture="mlp", units=8, activation="silu", dropout=0.1, optimizer=name, backend="jax", epochs=1, racers=2
    )
    optimizers[name] = [trained(edited)[1][0]["racers"][1], trained(edited.racer(1))[1][0]]

rates = {0: 3e38, 1: 0.003}  # with the first nothing stays finite
Settings.racer = lambda settings, place: replace(settings, racers=1, learning_rate=rates[place])
survived, diverged, _ = trained(replace(several, racers=2, schedule="constant"))
Settings.racer = lambda settings, place: replace(settings, racers=1, learning_rate=3e38)
all_out, _, _ = trained(replace(several, racers=2, schedule="constant", learning_rate=0.1))
print(json.dumps({
    "rows": rows, "rows_again": rows_again, "each": each, "leads": same(stopped, fitted), "again": same(again, fitted),
    "optimizers": optimizers, "survived": [survived.state, diverged], "all_out": [all_out.state, all_out.reason],
}))
"""


@pytest.fixture
def trained(with_sample):
    """The rows of three learning rates trained at once, and of two of which one or all diverge."""
    return json.loads(output_of(CODE, library="jax"))


def test_each_learning_rate_is_trained_as_if_alone_and_one_that_diverges_neither_leads_nor_stops_the_others(trained):
    last, alone = trained["rows"][-1], [rows[-1] for rows in trained["each"]]
    for racer, other in zip(last["racers"], alone, strict=True):
        assert racer["val_loss"] == pytest.approx(other["val_loss"], rel=1e-3)
        assert racer["val_accuracy"] == pytest.approx(other["val_accuracy"], abs=0.003)
    assert len({racer["val_loss"] for racer in last["racers"]}) == 3
    assert last["leader"] == max(range(3), key=lambda place: last["racers"][place]["val_accuracy"]) != 0
    first = trained["rows"][0]
    assert first["learning_rate"] == pytest.approx(trained["each"][first["leader"]][0]["learning_rate"])
    assert all(trained["leads"])

    for row in trained["rows"] + trained["rows_again"]:
        del row["seconds"]
    assert trained["rows_again"] == trained["rows"] and all(trained["again"])

    for together, alone in trained["optimizers"].values():
        assert together["val_loss"] == pytest.approx(alone["val_loss"], rel=1e-3)

    state, rows = trained["survived"]
    assert state == "done" and [row["leader"] for row in rows] == [1, 1]
    assert rows[-1]["racers"][0]["val_loss"] is None and rows[-1]["val_accuracy"] > 0.6
    assert trained["all_out"] == ["failed", "the loss became NaN in epoch 1; lower the learning rate"]
