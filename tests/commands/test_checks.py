import os
import time

import numpy as np
import pytest
from digits.storage.records import write_json

from digits.commands import checks
from digits.errors import DigitsError
from digits.inference.detector import Detector
from digits.inference.recognizer import Recognizer
from digits.networks.settings import make_config
from digits.runs import runs
from digits.storage.home import data_folder


@pytest.mark.parametrize("check", [check for check in checks.CHECKS if check != "device"])
def test_a_fresh_installation_is_well(digits_home, check):
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


def test_a_home_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(DigitsError, match="cannot be written: Not a directory. Give .* or set DIGITS_HOME"):
        checks.folder()


def test_a_full_disk_is_said(digits_home, monkeypatch):
    monkeypatch.setattr(checks, "FREE_GB", 1e9)
    with pytest.raises(DigitsError, match="GB are free .* Make room"):
        checks.disk()


def test_a_flipped_bit_in_the_data_is_found(with_sample):
    with (data_folder("sample") / "images.npy").open("r+b") as file:
        file.seek(5_000)
        byte = file.read(1)[0]
        file.seek(5_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(DigitsError, match="are damaged. Prepare them again: python -m digits data sample"):
        checks.data()


def test_tensorflow_that_does_not_load_is_told_in_its_last_words(tmp_path, monkeypatch):
    broken = tmp_path / "digits" / "training"
    broken.mkdir(parents=True)
    (broken / "device.py").write_text("raise ImportError('libcudnn.so is not there')")
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    with pytest.raises(DigitsError, match=r"does not load \(ImportError: libcudnn.so is not there\)"):
        checks.device()


def test_a_run_whose_worker_is_gone_is_named_with_the_remedy(digits_home):
    run = runs.create(make_config())
    write_json(run.path / "status.json", {"state": "running", "updated": time.time(), "pid": os.getpid()})
    with pytest.raises(DigitsError, match=f"{run.id} is lost: .* --resume RUN. Or: python -m digits runs delete RUN"):
        checks.locks()
    with run.lock():
        assert checks.locks() == f"{run.id} has its worker."


def test_a_worker_that_hangs_is_named_with_its_process(digits_home):
    run = runs.create(make_config())
    write_json(run.path / "status.json", {"state": "running", "updated": time.time() - 60, "pid": 4711})
    with run.lock(), pytest.raises(DigitsError, match=f"{run.id}, process 4711, does not respond"):
        checks.locks()


def test_a_starter_that_predicts_nonsense_is_found(with_sample, monkeypatch):
    probabilities = Recognizer.probabilities
    monkeypatch.setattr(Recognizer, "probabilities", lambda self, images: probabilities(self, images)[:, ::-1])
    with pytest.raises(DigitsError, match="The starter model predicts 4 for a 5. Reinstall OpenCV"):
        checks.prediction()


def test_a_detector_that_rejects_digits_is_found(with_sample, monkeypatch):
    monkeypatch.setattr(Detector, "likelihood", lambda self, images: np.zeros(len(images)))
    with pytest.raises(DigitsError, match="The digit detector rejects a 5. Reinstall OpenCV"):
        checks.prediction()


def test_a_damaged_drawing_or_queue_is_named(digits_home):
    (digits_home / "mine").mkdir()
    for file in (digits_home / "queue.json", digits_home / "mine" / "0123456789abcdef.json"):
        write_json(file, {"label": 7})
        file.write_text(file.read_text().replace("7", "1"))
        with pytest.raises(DigitsError, match=f"{file} is damaged: delete it"):
            checks.files()
