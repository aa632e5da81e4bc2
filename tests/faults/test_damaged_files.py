"""Files that are not what they were: refused, said or computed again, and never another number."""

import random
import signal

import numpy as np
import pytest

from digits import tasks
from digits.commands import checks
from digits.drawings import store as drawings
from digits.drawings.drawing import make
from digits.errors import DamagedFile, DigitsError, StoreUnavailable
from digits.evaluation import evaluate, features, fine_tune_result
from digits.evaluation.test_sets import test_set as named_test_set
from digits.networks.settings import make_settings
from digits.runs import models, updates
from digits.runs import store as runs
from digits.runs.run import RunState
from digits.storage.home import run_folder
from digits.training.fine_tuning import FineTuneData
from tests.conftest import digits, wait_until
from tests.faults.conftest import QUICK_EPOCHS
from tests.faults.test_derived_results import pretend_measured

BLANK = np.zeros((1, 28, 28), np.uint8)


def drawing(number, label=0):
    """A drawing that differs from those of other numbers."""
    seen = np.zeros((28, 28), np.uint8)
    seen[5:20, 14], seen[0, :4] = 200, np.frombuffer(np.uint32(number + 1).tobytes(), np.uint8)
    return make(seen, seen, label, [{"path": [["M", 1, 1], ["L", 5, 5]], "strokeWidth": 3}])


@pytest.fixture
def full_run(with_run):
    """A run whose folder has every kind of file that a run may have."""
    images = np.stack([drawing(number).seen for number in range(8)])
    keras, tflite = (with_run.model.file(name) for name in ("model.keras", "model.tflite"))
    copies = FineTuneData.copy(images, np.arange(8, dtype=np.uint8), keras, tflite, run_folder(with_run.id))
    for number, stored in copies.items():
        updates.add_file(with_run.id, "fine_tune_data", number, stored)
    pretend_measured(with_run)
    features.compute(with_run, "tutorial")
    return with_run


def read(run):
    """Return all that pages and commands read of the files of a run; None for what is refused or to be computed."""
    chosen = named_test_set("tutorial", run.settings)
    readings = (
        lambda: models.recognizer(run).probabilities(BLANK).tobytes(),
        lambda: models.activations(run).features(BLANK).tobytes(),
        lambda: run.model.file("model.keras").read_bytes(),
        lambda: evaluate.probabilities(run, chosen).tobytes(),
        lambda: features.stored(run, "tutorial").tobytes(),
        lambda: [models.snapshot(run, n).probabilities(BLANK).tobytes() for n in runs.files(run.id, "snapshot")],
        lambda: (fine_tune_result.drawings(run).images.tobytes(), fine_tune_result.drawings(run).labels.tobytes()),
    )
    said = []
    for reading in readings:
        try:
            said.append(reading())
        except (DigitsError, AttributeError):  # None has no bytes
            said.append(None)
    return said


def test_a_flipped_bit_in_any_file_of_a_run_is_refused_or_reported_and_never_gives_another_number(full_run):
    kinds = (".keras", ".tflite", ".npz", ".npy")
    files = [path for path in run_folder(full_run.id).rglob("*.*") if path.suffix in kinds]
    expected = read(full_run)
    assert None not in expected and len(files) > 12
    for file in files:
        content = file.read_bytes()
        for position in range(0, len(content), len(content) // 3 or 1):
            harmed = bytearray(content)
            harmed[position] ^= 1 << position % 7
            file.write_bytes(harmed)
            found = read(full_run)
            assert all(one in (None, whole) for one, whole in zip(found, expected, strict=True)), (file, position)
            if file.parent.name != "evaluation":  # what is there can be computed again
                with pytest.raises(DigitsError, match=f"{file.name} of {full_run.id}"):
                    checks.database()
            if file.name.startswith(("model", "layers")):
                with pytest.raises(DamagedFile):
                    full_run.model.file(file.name)
            file.write_bytes(content)
    assert checks.database() and read(full_run) == expected


def test_a_flipped_bit_in_the_database_ends_in_nothing_but_a_sentence(with_run, digits_home):
    for number in range(20):
        drawings.put(drawing(number, number % 10))
    chosen = named_test_set("tutorial", with_run.settings)
    readings = (
        runs.page, lambda: runs.get(with_run.id), lambda: runs.epochs(with_run.id), lambda: runs.ticks(with_run.id),
        lambda: evaluate.stored(with_run, chosen), drawings.drawings, drawings.images_and_labels, models.chosen,
        tasks.unfinished, tasks.look_after, lambda: runs.rename(with_run.id, "new"),
    )  # fmt: skip
    file, shuffled, refused = digits_home / "digits.db", random.Random(0), set()
    content = file.read_bytes()
    for _ in range(150):
        harmed = bytearray(content)
        harmed[shuffled.randrange(len(content))] ^= 1 << shuffled.randrange(8)
        file.write_bytes(harmed)
        for reading in readings:
            try:
                reading()
            except StoreUnavailable as error:
                refused.add(str(error))
        for path in digits_home.glob("digits.db*"):
            path.unlink()
    assert "The database is damaged. Stop Digits and restore a backup." in refused


def test_a_run_whose_model_is_damaged_is_listed_and_can_be_continued_or_deleted(full_run, digits_home):
    for path in run_folder(full_run.id).glob("*.*"):
        path.write_bytes(b"")
    assert full_run.id in digits("runs", home=digits_home).stdout
    with pytest.raises(DamagedFile):
        models.recognizer(runs.get(full_run.id))
    assert runs.resume(full_run.id, 4, queued=False).model
    runs.delete(full_run.id)
    assert not runs.page()


def test_a_run_continues_from_the_checkpoint_before_a_damaged_one_and_says_so(worker, with_sample):
    run = runs.create(make_settings(epochs=1000, architecture="linear"))
    process = worker(QUICK_EPOCHS)
    wait_until(lambda: len(runs.files(run.id, "checkpoint")) == 2 and runs.get(run.id).epochs_done > 5)
    process.kill()
    process.wait()
    older, newest = runs.files(run.id, "checkpoint")
    before = runs.epochs(run.id)
    path = run_folder(run.id) / runs.files(run.id, "checkpoint")[newest].name
    path.write_bytes(path.read_bytes()[:1000])

    runs.resume(run.id)
    process = worker(QUICK_EPOCHS)
    wait_until(lambda: runs.get(run.id).epochs_done > len(before) + 1)
    process.send_signal(signal.SIGTERM)
    process.wait()
    run = runs.get(run.id)
    epochs = runs.epochs(run.id)
    assert [row["epoch"] for row in epochs] == list(range(1, len(epochs) + 1)) and epochs[: len(before)] == before
    assert run.details["note"] == f"It continued after epoch {older}. Skipped as damaged: {path.name}."
    assert run.state == RunState.PAUSED
