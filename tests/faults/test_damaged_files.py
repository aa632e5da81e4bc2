"""Disks that are full and files that are not what they were."""

import contextlib
import os
import re
from pathlib import Path

import numpy as np
import pytest

from digits import models
from digits.errors import DamagedFile, DigitsError
from digits.evaluation import judge
from digits.evaluation.test_sets import test_set as named_test_set
from digits.files import append_json_line, write_json
from digits.training import checkpoints, runs, snapshots
from digits.training.config import make_config
from digits.training.run import RunState
from tests.conftest import digits

BLANK = np.zeros((1, 28, 28), np.uint8)


def published(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".log", ".lock"))


def read_everything(run):
    """All that pages and commands read of a run; each may refuse with a DigitsError."""
    readings = (
        run.status,
        run.epochs,
        run.ticks,
        lambda: run.config,
        lambda: run.num_epochs,
        lambda: run.name,
        lambda: models.recognizer(run),
        lambda: run.model_file("model.keras"),
        lambda: judge.stored(run, named_test_set("tutorial", make_config(architecture="mlp"))),
        lambda: checkpoints.newest(run.path),
        lambda: [models.snapshot(run, epoch).probabilities(BLANK) for epoch in snapshots.files(run.path)],
    )
    for reading in readings:
        with contextlib.suppress(DigitsError):
            reading()


def test_a_flipped_bit_in_any_published_file_is_refused_or_passed_over_never_a_traceback(with_run):
    whole = {file: file.read_bytes() for file in published(with_run.path)}
    assert {file.suffix for file in whole} >= {".json", ".jsonl", ".keras", ".tflite", ".npz", ".npy"}
    for file, content in whole.items():
        for position in range(0, len(content), len(content) // 10 or 1):
            harmed = bytearray(content)
            harmed[position] ^= 0x10
            file.write_bytes(harmed)
            if file.suffix in (".keras", ".tflite"):
                with pytest.raises(DamagedFile):
                    with_run.model_file(file.name)
            if file.parent.name == "checkpoint" and file.suffix == ".npz":
                found, damaged = checkpoints.newest(with_run.path)
                assert file.name in damaged or found.epoch != int(file.stem[-4:])
            read_everything(runs.find(with_run.id))
            for other in (file, with_run.path / "checkpoint" / "manifest.json"):
                other.write_bytes(whole[other])


@pytest.mark.parametrize(
    "status", [{"state": "done"}, {"state": "done", "updated": None}, {"state": "running", "pid": 1}, {"phase": "x"}]
)
def test_a_status_file_of_another_version_is_read_or_said_to_be_damaged(with_run, status):
    write_json(with_run.path / "status.json", status)
    told = with_run.status()
    assert told["state"] in (RunState.DONE, RunState.LOST) and (told["error"] or told["state"] == RunState.DONE)
    assert digits("runs", "show", with_run.id, home=with_run.path.parent.parent).returncode == 0


def test_a_file_that_may_not_grow_fails_the_run_in_words_and_leaves_nothing_half(worker, with_sample):
    run = runs.create(make_config(architecture="mlp", epochs=2))
    worker(run, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))").wait(timeout=60)
    assert run.state == RunState.FAILED
    assert re.fullmatch("Could not write .*npz: File too large. The old state is kept.", run.status()["error"])
    assert not run.has_model and not list(run.path.rglob("*.part.*"))


def test_a_full_disk_leaves_the_old_state_and_is_named(small_disk):
    keeper = checkpoints.Keeper(small_disk)
    whole, large = (checkpoints.Checkpoint([{"epoch": 1}] * n, [np.zeros(size)]) for n, size in ((1, 10), (2, 200_000)))
    keeper.keep(whole)
    keeper.written = float("-inf")
    with pytest.raises(DigitsError, match="No space left on device. The old state is kept"):
        keeper.keep(large)
    assert checkpoints.newest(small_disk)[0].epoch == 1
    assert not list(small_disk.rglob("*.part.*"))


def test_a_log_that_cannot_be_written_is_named():
    with pytest.raises(DigitsError, match="Could not write /dev/full: No space left on device"):
        append_json_line(Path("/dev/full"), {"epoch": 1})


PREPARE = """
import json, sys
from pathlib import Path
from digits.data import preparing
from digits.errors import DataUnavailable

folder = Path(sys.argv[1])
train, test = (next(folder.glob(f"*{part}.tfrecord*")) for part in ("train", "test"))
whole = train.read_bytes()
flipped = bytearray(whole)
flipped[100_000] ^= 1
for harmed in (whole[: len(whole) // 2], flipped, test.read_bytes()):
    train.write_bytes(harmed)
    try:
        preparing.run("mnist")
    except DataUnavailable as error:
        print(error, flush=True)
"""


@pytest.mark.skipif("TFDS_DATA_DIR" not in os.environ, reason="no TFDS_DATA_DIR with a prepared MNIST")
def test_records_of_tensorflow_datasets_that_are_cut_flipped_or_others_are_refused(
    python, digits_home, tmp_path, monkeypatch
):
    prepared = tmp_path / "mnist" / "3.0.1"
    prepared.mkdir(parents=True)
    for file in (Path(os.environ["TFDS_DATA_DIR"]) / "mnist" / "3.0.1").iterdir():
        (prepared / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    said, _ = python(PREPARE, str(prepared)).communicate(timeout=120)
    remedy = f"Check the disk and the network, delete {prepared} if it is damaged, and try again."
    causes = ("truncated record", "corrupted record", "expected to contain 60000 elements")
    assert len(said.splitlines()) == 3
    for line, cause in zip(said.splitlines(), causes, strict=True):
        assert cause in line and line.endswith(remedy)
    assert {file.name for file in (digits_home / "data" / "mnist").iterdir()} == {"prepare.lock", "status.json"}
