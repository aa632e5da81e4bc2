"""Which epochs are kept, and that they cost little; what is in them: tests/inference/test_snapshot.py."""

from unittest.mock import Mock

import numpy as np
import pytest

from digits.errors import DigitsError
from digits.runs import runs
from digits.runs.work import _go_back_to_checkpoint
from digits.training import snapshots
from digits.training.snapshots import KEPT, Keeper, files, forget_after, thinned


class Network:
    """All that a snapshot asks of one."""

    layers = ()

    def __init__(self, epoch):
        self.epoch = epoch

    def get_weights(self):
        return [np.full(3, self.epoch, np.float32)]


@pytest.fixture
def keeper(tmp_path, monkeypatch):
    """Writes every snapshot at once."""
    monkeypatch.setattr(snapshots, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(snapshots, "SHARE", float("inf"))
    return Keeper(tmp_path)


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


def test_thinning_as_they_come_ends_in_the_same_as_thinning_at_the_end(keeper, tmp_path):
    for epoch in range(101):
        keeper.keep(epoch, Network(epoch))
        assert len(files(tmp_path)) <= KEPT + 2 and epoch in files(tmp_path)
    assert list(files(tmp_path)) == thinned(range(101))
    with np.load(files(tmp_path)[100]) as arrays:
        assert arrays["arr_0"].tolist() == [100, 100, 100]


def test_short_epochs_wait_and_are_written_together(tmp_path):
    keeper = Keeper(tmp_path)
    for epoch in range(6):
        keeper.keep(epoch, Network(epoch))
    assert list(files(tmp_path)) == [0]
    keeper.flush()
    assert list(files(tmp_path)) == [0, 1, 2, 3, 4, 5]


def test_a_full_disk_costs_the_snapshot_and_not_the_training(keeper, tmp_path, monkeypatch):
    def full(file, write):
        raise DigitsError("No space left on device")

    keeper.keep(0, Network(0))
    monkeypatch.setattr(snapshots, "publish", full)
    keeper.keep(1, Network(1))
    monkeypatch.undo()
    keeper.keep(2, Network(2))
    assert list(files(tmp_path))[0] == 0 and 1 not in files(tmp_path)


def test_a_run_that_goes_back_forgets_the_epochs_it_does_again(keeper, tmp_path):
    for epoch in range(4):
        keeper.keep(epoch, Network(epoch))
    forget_after(tmp_path, 2)
    assert list(files(tmp_path)) == [0, 1, 2]


def test_a_trained_run_has_every_epoch_and_its_snapshots_go_with_it(with_run):
    assert list(files(with_run.path)) == [0, 1, 2, 3]
    folder = with_run.path
    runs.delete(with_run)
    assert not folder.exists()


def test_a_run_without_a_whole_checkpoint_begins_its_snapshots_anew(with_run):
    (with_run.path / "checkpoint" / "manifest.json").unlink()
    assert _go_back_to_checkpoint(with_run, Mock()) is None
    assert list(files(with_run.path)) == [0]
