"""Which epochs are kept, that they cost little, and that they are read back as they were written."""

import numpy as np
import pytest

from digits.errors import DamagedFile, DigitsError, TakenOver
from digits.inference.snapshot import Snapshot
from digits.storage.files import read_arrays
from digits.training import snapshots
from digits.training.snapshots import KEPT, SnapshotWriter, thinned

LAYERS = [{"layer": "Flatten", "weights": 0}, {"layer": "Dense", "weights": 2, "activation": "softmax"}]
"""Those of DenseNetwork."""


class Network:
    """All that a snapshot asks of one."""

    def __init__(self, epoch):
        self.epoch = epoch

    def get_weights(self):
        return [np.full(3, self.epoch, np.float32)]


class DenseNetwork:
    """A network that predicts the digits 0 to 9, without Keras."""

    def get_weights(self):
        random = np.random.default_rng(0)
        return [random.normal(0, 0.01, (784, 10)).astype(np.float32), random.normal(0, 1, 10).astype(np.float32)]


class Caller:
    """Keeps the names of the files that are wanted, as the database does."""

    def __init__(self):
        self.files = {}

    def on_written(self, epoch, stored, wanted):
        self.files[epoch] = stored
        self.files = {number: self.files[number] for number in sorted(self.files) if number in wanted}


@pytest.fixture
def caller():
    return Caller()


@pytest.fixture
def writer(caller, tmp_path, monkeypatch):
    """Writes every snapshot at once."""
    monkeypatch.setattr(snapshots, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(snapshots, "MAX_FRACTION", float("inf"))
    return SnapshotWriter(tmp_path, LAYERS, caller.on_written)


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        (0, [0]),
        (3, [0, 1, 2, 3]),
        (KEPT, list(range(KEPT + 1))),
        (KEPT + 1, [*range(0, KEPT + 1, 2), KEPT + 1]),
        (1000, [*range(0, 1000, 32), 1000]),
    ],
)
def test_a_long_run_is_thinned_evenly_and_keeps_its_newest_epoch(newest, expected):
    assert thinned(range(newest + 1)) == expected


def test_thinning_at_each_epoch_ends_in_the_same_as_thinning_at_the_end(writer, caller, tmp_path):
    for epoch in range(101):
        writer.keep(epoch, Network(epoch))
        assert len(caller.files) <= KEPT + 2 and epoch in caller.files
    assert list(caller.files) == thinned(range(101))
    for epoch, stored in caller.files.items():
        assert read_arrays(tmp_path, stored)["arr_0"].tolist() == [epoch, epoch, epoch]


def test_a_continued_training_thins_what_was_there_before(caller, tmp_path, writer):
    for epoch in range(40):
        writer.keep(epoch, Network(epoch))
    later = SnapshotWriter(tmp_path, LAYERS, caller.on_written, caller.files)
    for epoch in range(40, 101):
        later.keep(epoch, Network(epoch))
    assert list(caller.files) == thinned(range(101))


def test_short_epochs_wait_and_are_written_together(caller, tmp_path):
    writer = SnapshotWriter(tmp_path, LAYERS, caller.on_written)
    for epoch in range(6):
        writer.keep(epoch, Network(epoch))
    assert list(caller.files) == [0]
    writer.flush()
    assert list(caller.files) == [0, 1, 2, 3, 4, 5]


def test_a_full_disk_costs_the_snapshot_and_not_the_training(writer, caller, monkeypatch):
    def full(folder, name, write):
        raise DigitsError("No space left on device")

    writer.keep(0, Network(0))
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "write_new", full)
        writer.keep(1, Network(1))
    writer.keep(2, Network(2))
    assert list(caller.files) == [0, 2]


def test_a_training_that_another_process_took_over_hears_of_it(tmp_path):
    def refuse(epoch, stored, wanted):
        raise TakenOver

    with pytest.raises(TakenOver):
        SnapshotWriter(tmp_path, LAYERS, refuse).keep(0, Network(0))


def test_a_snapshot_predicts_what_its_network_predicts(writer, caller, tmp_path):
    network = DenseNetwork()
    writer.keep(3, network)
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28), np.uint8)
    kernel, bias = network.get_weights()
    powers = np.exp(images.reshape(5, -1).astype(np.float32) @ kernel + bias)
    found = Snapshot.load(tmp_path, caller.files[3]).probabilities(images)
    np.testing.assert_allclose(found, powers / powers.sum(axis=1, keepdims=True), rtol=1e-4)


@pytest.mark.parametrize("damage", [lambda content: b"", lambda content: content[:-1] + b"?"], ids=["empty", "changed"])
def test_a_damaged_snapshot_is_named_in_one_sentence(writer, caller, tmp_path, damage):
    writer.keep(3, DenseNetwork())
    file = tmp_path / caller.files[3].name
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(DamagedFile, match="^The snapshot snapshot-0003.npz is damaged. Choose another epoch.$"):
        Snapshot.load(tmp_path, caller.files[3])


def test_a_layer_that_is_not_known_is_no_snapshot(writer, caller, tmp_path):
    writer.layers = [{"layer": "LSTM", "weights": 0}]
    writer.keep(3, DenseNetwork())
    with pytest.raises(DamagedFile):
        Snapshot.load(tmp_path, caller.files[3])
