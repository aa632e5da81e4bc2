"""Continuing an interrupted training: the files, and that the result is the same."""

import json

import numpy as np
import pytest

from digits.errors import DamagedFile
from digits.training import checkpoints
from digits.training.checkpoints import Checkpoint, CheckpointWriter
from tests.training.conftest import output_of


def after(epoch):
    return Checkpoint([{"epoch": number} for number in range(1, epoch + 1)], [np.full((2, 3), epoch, np.float32)])


def test_a_checkpoint_comes_back_whole(tmp_path):
    stored = checkpoints.write(tmp_path, after(2))
    found = checkpoints.read(tmp_path, stored)
    assert (stored.name, found.epochs, found.epoch) == ("checkpoint-0002.npz", [{"epoch": 1}, {"epoch": 2}], 2)
    np.testing.assert_array_equal(found.state, after(2).state)


def test_an_epoch_that_is_done_again_leaves_its_earlier_checkpoint_as_it_was(tmp_path):
    first = checkpoints.write(tmp_path, after(1))
    again = checkpoints.write(tmp_path, Checkpoint([{"epoch": 1}], [np.zeros(1)]))
    assert again.name == "checkpoint-0001-2.npz"
    np.testing.assert_array_equal(checkpoints.read(tmp_path, first).state, after(1).state)


@pytest.mark.parametrize("damage", [
    lambda file: file.write_bytes(file.read_bytes()[:-100]),
    lambda file: file.write_bytes(file.read_bytes()[:50] + b"?" + file.read_bytes()[51:]),
    lambda file: file.unlink(),
])  # fmt: skip
def test_a_damaged_checkpoint_is_refused(tmp_path, damage):
    stored = checkpoints.write(tmp_path, after(1))
    damage(tmp_path / stored.name)
    with pytest.raises(DamagedFile):
        checkpoints.read(tmp_path, stored)


def test_every_checkpoint_is_announced_when_it_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "PAUSE_SECONDS", 0)
    read = []
    writer = CheckpointWriter(tmp_path, lambda epoch, stored: read.append((epoch, checkpoints.read(tmp_path, stored))))
    for epoch in range(1, 4):
        writer.keep(after(epoch))
    writer.flush()
    assert [(epoch, found.epoch) for epoch, found in read] == [(1, 1), (2, 2), (3, 3)]


def test_short_epochs_share_a_checkpoint_until_the_end(tmp_path):
    written = []
    writer = CheckpointWriter(tmp_path, lambda epoch, stored: written.append(epoch))
    for epoch in range(1, 4):
        writer.keep(after(epoch))
    assert written == [1]
    writer.flush()
    assert written == [1, 3]


CODE = """
import json, sys
from pathlib import Path
import numpy as np
from digits.data.dataset import open_dataset
from digits.training import checkpoints, trainer
from digits.networks.settings import make_settings

folder, data = Path(sys.argv[1]), open_dataset("sample")


def continued(**chosen):
    settings = make_settings(epochs=3, batch_size=64, learning_rate=0.01, train_digits=512, **chosen)
    rows, again, written = [], [], []

    def train(**options):
        return trainer.fit(settings, data, "CPU", num_epochs=4, **options).model.get_weights()

    def keep_the_first(checkpoint):
        if checkpoint.epoch == 1:
            written.append(checkpoints.write(folder, checkpoint))

    whole = train(on_epoch=rows.append, on_checkpoint=keep_the_first)
    resumed = train(checkpoint=checkpoints.read(folder, written[0]), on_epoch=again.append)
    return {
        "difference": float(max(np.abs(a - b).max() for a, b in zip(whole, resumed))),
        "epochs": [row["epoch"] for row in again],
        "validation": [[row["val_loss"] for row in some] for some in (rows[1:], again)],
        "rates": [row["learning_rate"] for row in rows],
    }


print(json.dumps([
    continued(architecture="mlp", augmentation=False, activation="silu", dropout=0.1, optimizer="adamw"),
    continued(architecture="cnn", filters=4, units=16, augmentation=True),
]))
"""


def test_a_continued_training_gives_the_same_weights_as_one_never_interrupted(with_sample, tmp_path):
    """Both with dropout; cnn with batch normalisation, one-cycle and augmentation; for an epoch more than planned."""
    both = json.loads(output_of(CODE, tmp_path))
    for result in both:
        assert (result["difference"], result["epochs"]) == (0, [2, 3, 4])
        assert result["validation"][0] == result["validation"][1]
    assert both[1]["rates"][2:] == pytest.approx([0, 0.001])
