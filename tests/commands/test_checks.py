import subprocess

import numpy as np
import pytest

from digits import tasks
from digits.commands import checks
from digits.errors import DigitsError
from digits.inference.detector import Detector
from digits.inference.recognizer import Recognizer
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.storage import database
from digits.storage.home import data_folder, run_folder
from digits.tasks import places


@pytest.mark.parametrize("check", [check for check in checks.CHECKS if check != "device"])
def test_a_fresh_installation_passes_every_check(digits_home, check):
    assert checks.CHECKS[check]().endswith(".")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("numpy>=99  # arrays", r"numpy is 2\.\S+, expected >=99\. Run: .* install -r requirements.txt"),
        ("a-package-that-is-nowhere==1.0", "a-package-that-is-nowhere is missing. Run: "),
    ],
)
def test_a_package_that_is_missing_or_of_another_version_is_named(tmp_path, monkeypatch, line, sentence):
    (tmp_path / "requirements.txt").write_text(f"# What the app needs.\n{line}\n")
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    with pytest.raises(DigitsError, match=sentence):
        checks.packages()


def test_a_home_that_cannot_be_written_is_reported(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(DigitsError, match="cannot be written: Not a directory. Give .* or set DIGITS_HOME"):
        checks.folder()


def test_a_full_disk_is_reported(digits_home, monkeypatch):
    monkeypatch.setattr(checks, "FREE_GB", 1e9)
    with pytest.raises(DigitsError, match="GB are free .* Make room"):
        checks.disk()


def test_a_flipped_bit_in_the_data_is_found(with_sample):
    with (data_folder("sample") / "images.npy").open("r+b") as file:
        file.seek(5_000)
        byte = file.read(1)[0]
        file.seek(5_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(DigitsError, match="were damaged on the disk. Prepare them again."):
        checks.data()


def test_the_last_words_of_a_tensorflow_that_does_not_load_are_reported(tmp_path, monkeypatch):
    (tmp_path / "keras.py").write_text("raise ImportError('libcudnn.so is not there')")
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    with pytest.raises(DigitsError, match=r"does not load \(ImportError: libcudnn.so is not there\)"):
        checks.device()


def at_work(pid, *, silent=0.0):
    """A run that the process with that pid is training, as the database has it."""
    run = runs.create(make_settings())
    with database.writing() as connection:
        worker = places.add_worker(connection, tasks.TRAINING, foreground=False, pid=pid)
        connection.execute("UPDATE workers SET renewed = renewed - ?", (silent,))
        connection.execute("UPDATE tasks SET state = 'running', worker = ?", (worker,))
    return run


def test_a_run_whose_worker_is_gone_is_named_with_the_remedy(digits_home):
    process = subprocess.Popen(["sleep", "60"])
    run = at_work(process.pid)
    assert checks.workers() == f"train {run.id}: 0%."
    process.kill()
    process.wait()
    with pytest.raises(DigitsError, match=f"{run.id} is lost: .* --resume RUN\\) or delete it"):
        checks.workers()


def test_a_worker_that_hangs_is_named_with_its_process(digits_home):
    process = subprocess.Popen(["sleep", "60"])
    run = at_work(process.pid, silent=30)
    try:
        with pytest.raises(DigitsError, match=f"{run.id}, process {process.pid}, does not respond"):
            checks.workers()
    finally:
        process.kill()
        process.wait()


def test_a_run_that_was_trained_and_not_evaluated_is_named(with_run):
    with database.writing() as connection:
        connection.execute("UPDATE runs SET stage = 'evaluating'")
        connection.execute("UPDATE tasks SET state = 'failed'")
    with pytest.raises(DigitsError, match=f"Trained, but not evaluated: {with_run.id}"):
        checks.workers()


def test_a_network_disk_is_named(digits_home, monkeypatch):
    monkeypatch.setattr(checks, "_file_system", lambda: "nfs4")
    with pytest.raises(DigitsError, match=r"lies on a network disk \(nfs4\)"):
        checks.folder()


def test_a_starter_that_predicts_nonsense_is_found(with_sample, monkeypatch):
    probabilities = Recognizer.probabilities
    monkeypatch.setattr(Recognizer, "probabilities", lambda self, images: probabilities(self, images)[:, ::-1])
    with pytest.raises(DigitsError, match="The starter model predicts 4 for a 5. Reinstall OpenCV"):
        checks.prediction()


def test_a_detector_that_rejects_digits_is_found(with_sample, monkeypatch):
    monkeypatch.setattr(Detector, "likelihood", lambda self, images: np.zeros(len(images)))
    with pytest.raises(DigitsError, match="The digit detector rejects a 5. Reinstall OpenCV"):
        checks.prediction()


@pytest.mark.parametrize("kind", ["model", "checkpoint", "snapshot"])
def test_a_damaged_file_of_a_run_is_named(with_run, kind):
    named = with_run.model.files["model.tflite"] if kind == "model" else runs.files(with_run.id, kind)[3]
    file = run_folder(with_run.id) / named.name
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DigitsError, match=f"Damaged or missing: {named.name} of {with_run.id}. Check the disk."):
        checks.database()


def test_a_damaged_database_is_named_with_the_remedy(with_run):
    content = bytearray(database.file().read_bytes())
    content[4096 * 3 : 4096 * 5] = bytes(4096 * 2)
    database.file().write_bytes(content)
    with pytest.raises(DigitsError, match="The database is damaged. Stop Digits and restore a backup.") as told:
        checks.database()
    assert "python -m digits restore FILE" in told.value.hint
