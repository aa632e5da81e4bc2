"""Going on where a training was interrupted: the files, and that the result is the same."""

import json
import subprocess
import sys

import numpy as np
import pytest

from digits.storage.home import ROOT
from digits.storage.records import read_json
from digits.training import checkpoints
from digits.training.checkpoints import Checkpoint, Keeper


def after(epoch):
    return Checkpoint([{"epoch": number} for number in range(1, epoch + 1)], [np.full((2, 3), epoch, np.float32)])


@pytest.fixture
def keeper(tmp_path, monkeypatch):
    """Writes every checkpoint at once."""
    monkeypatch.setattr(checkpoints, "PAUSE_SECONDS", 0)
    return Keeper(tmp_path)


def test_the_newest_checkpoint_comes_back_whole(keeper, tmp_path):
    keeper.keep(after(1))
    found, damaged = checkpoints.newest(tmp_path)
    assert (found.epochs, found.epoch, damaged) == ([{"epoch": 1}], 1, [])
    np.testing.assert_array_equal(found.state, after(1).state)


def test_two_checkpoints_are_kept(keeper, tmp_path):
    for epoch in range(1, 5):
        keeper.keep(after(epoch))
    assert sorted(path.name for path in (tmp_path / "checkpoint").iterdir()) == [
        "epoch-0003.npz", "epoch-0004.npz", "manifest.json",
    ]  # fmt: skip


def test_without_a_checkpoint_there_is_none(tmp_path):
    assert checkpoints.newest(tmp_path) == (None, [])


@pytest.mark.parametrize("damage", [lambda content: content[:-100], lambda content: content[:50] + b"?" + content[51:]])
def test_a_damaged_newest_checkpoint_falls_back_to_the_one_before(keeper, tmp_path, damage):
    keeper.keep(after(1))
    keeper.keep(after(2))
    file = tmp_path / "checkpoint" / "epoch-0002.npz"
    file.write_bytes(damage(file.read_bytes()))
    found, damaged = checkpoints.newest(tmp_path)
    assert (found.epoch, damaged) == (1, ["epoch-0002.npz"])
    keeper.keep(after(2))  # the whole one stays beside the new one
    assert checkpoints.newest(tmp_path)[0].epoch == 2
    named = read_json(tmp_path / "checkpoint" / "manifest.json")["checkpoints"]
    assert [entry["file"] for entry in named] == ["epoch-0001.npz", "epoch-0002.npz"]


def test_short_epochs_share_a_checkpoint_until_the_end(tmp_path):
    keeper = Keeper(tmp_path)
    for epoch in range(1, 4):
        keeper.keep(after(epoch))
    assert checkpoints.newest(tmp_path)[0].epoch == 1
    keeper.flush()
    assert checkpoints.newest(tmp_path)[0].epoch == 3


# In a process of its own: TensorFlow in this one would slow down every later test of the pages.
CODE = """
import json, sys
from pathlib import Path
import numpy as np
from digits.data.dataset import open_dataset
from digits.training import checkpoints, trainer
from digits.networks.settings import make_config

config = make_config(architecture=sys.argv[1], epochs=3, augmentation=sys.argv[2] == "yes")
folder, data = Path(sys.argv[3]), open_dataset("sample")
keeper = checkpoints.Keeper(folder)
rows = []


def train(**options):
    return trainer.fit(config, data, "CPU", **options).model.get_weights()


def keep_the_first(checkpoint):
    if checkpoint.epoch == 1:
        keeper.keep(checkpoint)


whole = train(num_epochs=4, on_epoch=rows.append, on_checkpoint=keep_the_first)
found, _ = checkpoints.newest(folder)
again = []
resumed = train(num_epochs=4, checkpoint=found, on_epoch=again.append)
print(json.dumps({
    "difference": float(max(np.abs(a - b).max() for a, b in zip(whole, resumed))),
    "epochs": [row["epoch"] for row in again],
    "validation": [[row["val_loss"] for row in some] for some in (rows[1:], again)],
    "rates": [row["learning_rate"] for row in rows],
}))
"""


@pytest.mark.parametrize(("architecture", "augmentation"), [("mlp", "no"), ("cnn", "yes")])
def test_a_training_that_goes_on_gives_the_same_weights_as_one_never_interrupted(
    with_sample, tmp_path, architecture, augmentation
):
    """cnn: with dropout, batch normalisation, one-cycle and augmentation, and an epoch more than planned."""
    process = subprocess.run(
        [sys.executable, "-c", CODE, architecture, augmentation, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout.splitlines()[-1])
    assert (result["difference"], result["epochs"]) == (0, [2, 3, 4])
    assert result["validation"][0] == result["validation"][1]
    if architecture == "cnn":
        assert result["rates"][2:] == pytest.approx([0, 0.001])
