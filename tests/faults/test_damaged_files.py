"""Disks that are full and files that are not what they were."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from digits.errors import DamagedFile, DigitsError
from digits.evaluation import embedding_map, evaluate, features, fine_tune_result, robustness
from digits.evaluation.distortions import DISTORTIONS
from digits.evaluation.embedding_map import Neighbourhood
from digits.evaluation.folder import folder
from digits.evaluation.score_card import score_card
from digits.evaluation.test_sets import test_set as named_test_set
from digits.networks.settings import make_config
from digits.runs import models, runs
from digits.runs.run import RunState
from digits.storage.files import _KEPT
from digits.storage.records import append_json_line, write_array, write_json
from digits.training import checkpoints, snapshots
from digits.training.fine_tuning import Taught
from tests.conftest import digits

BLANK = np.zeros((1, 28, 28), np.uint8)


@pytest.fixture
def full_run(with_run):
    """A run whose folder has every kind of file that a run may have."""
    with_run.rename("mine")
    with_run.annotate("a note", ["tag"])
    write_json(with_run.path / "epochs.json", {"epochs": 5})
    Taught(np.zeros((8, 28, 28), np.uint8), np.arange(8, dtype=np.uint8), with_run).save(with_run.path)
    chosen = named_test_set("tutorial", with_run.config)
    write_array(features.job(with_run, "tutorial").result, np.zeros((len(chosen.indices), 8), np.float16))
    strengths = {name: {"strengths": list(known.strengths)} for name, known in DISTORTIONS.items()}
    write_json(robustness.job(with_run, chosen).result, {"curves": strengths})
    embedding_map._save(Neighbourhood(np.arange(3), np.ones((3, 2))), embedding_map.job(with_run, chosen).result)
    write_json(folder(with_run, "pens") / "pens.json", {"n": 1, "mean": 0.5, "worst": 0.5, "ways": [1]})
    taught = ("parent", "held_out", "learned", "drawings", "test")
    write_json(with_run.path / "evaluation" / "before_after.json", dict.fromkeys(taught, 1))
    return with_run


def read(run):
    """All that pages and commands read of a run, as text; what is refused, is refused by a DigitsError."""
    chosen = named_test_set("tutorial", make_config(architecture="mlp"))
    readings = (
        run.status,
        run.epochs,
        run.ticks,
        lambda: run.config,
        lambda: (run.num_epochs, run.name, run.notes, run.tags),
        lambda: models.recognizer(run).probabilities(BLANK),
        lambda: models.layers(run).activations(BLANK[0]),
        lambda: run.model_file("model.keras"),
        lambda: evaluate.stored(run, chosen),
        lambda: evaluate.probabilities(run, chosen).tobytes(),
        lambda: score_card(run, evaluate.stored(run, chosen)),
        lambda: features.stored(run, "tutorial").tobytes(),
        lambda: robustness.stored(run, chosen),
        lambda: embedding_map.stored(run, chosen),
        lambda: fine_tune_result.stored(run),
        lambda: checkpoints.newest(run.path),
        lambda: [models.snapshot(run, epoch).probabilities(BLANK) for epoch in snapshots.files(run.path)],
        lambda: (vars(Taught.load(run.path)), Taught.load(run.path).parent.model_file("model.keras")),
    )
    said = []
    for reading in readings:
        try:
            said.append(repr(reading()))
        except DigitsError:
            said.append(None)
    return said


def test_a_flipped_bit_in_any_file_of_a_run_is_refused_or_said_and_never_another_number(full_run):
    files = [path for path in full_run.path.rglob("*") if path.is_file() and path.suffix not in (".log", ".lock")]
    kinds = {".json", ".jsonl", ".keras", ".tflite", ".npz", ".npy"}
    assert {file.suffix for file in files} == kinds and len(files) > 20
    expected = read(full_run)
    assert None not in expected and not full_run.damage()
    manifest = full_run.path / "checkpoint" / "manifest.json"
    for file in files:
        content, entries = file.read_bytes(), manifest.read_bytes()
        for position in range(0, len(content), len(content) // 10 or 1):
            harmed = bytearray(content)
            harmed[position] ^= 1 << position % 7
            file.write_bytes(harmed)
            _KEPT.clear()  # the clock of the file system is slower than these changes
            run = runs.find(full_run.id)
            if file.suffix in (".keras", ".tflite") and file.parent == run.path:
                with pytest.raises(DamagedFile):
                    run.model_file(file.name)
            found = read(run)
            newest, damaged = found[15], run.damage() or run.status()["error"]
            for one, whole in zip(found, expected, strict=True):
                passed_over = one is newest and newest and file.parent.name == "checkpoint"
                assert one in (None, whole) or damaged or passed_over, (file, position)
            file.write_bytes(content)
            manifest.write_bytes(entries if file != manifest else content)
            _KEPT.clear()


def test_a_damaged_line_of_the_metrics_is_left_out_and_said_and_going_on_mends_it(with_run):
    metrics = with_run.path / "metrics.jsonl"
    metrics.write_text(re.sub(r'("epoch": 2, .*"val_loss": \d\.)(\d)', r"\g<1>x", metrics.read_text()))
    metrics.write_text(metrics.read_text().replace("x", "7"))
    assert [row["epoch"] for row in with_run.epochs()] == [1, 3]
    said = f"{with_run.id}: Damaged on the disk and left out: metrics.jsonl (1 line)."
    home = with_run.path.parent.parent
    for arguments in (["runs"], ["runs", "show", with_run.id]):
        assert digits(*arguments, home=home).stderr.strip() == said
    doctor = digits("doctor", "--json", home=home, check=False)
    assert doctor.returncode == 1 and said in doctor.stdout
    runs.resume(with_run, 4)
    assert with_run.state == RunState.QUEUED


@pytest.mark.parametrize("name", ["status.json", "config.json", "metrics.jsonl"])
def test_a_run_with_a_damaged_file_is_listed_and_can_be_deleted(with_run, name):
    (with_run.path / name).write_bytes(b"\xff" + (with_run.path / name).read_bytes()[1:])
    home = with_run.path.parent.parent
    listed = digits("runs", home=home)
    assert with_run.id in listed.stdout and name in listed.stderr
    digits("runs", "delete", with_run.id, home=home)
    assert not runs.all_runs()


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
    whole, large = (
        checkpoints.Checkpoint([{"epoch": 1}] * n, [np.zeros(size)]) for n, size in ((1, 10), (2, 1_000_000))
    )
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
