import pytest

from digits.data import preparing
from digits.data.preparing import Progress
from digits.errors import BadConfig
from digits.storage.home import data_folder
from digits.storage.records import write_json
from tests.conftest import wait_until


def test_a_source_that_nobody_asked_for_is_absent(digits_home):
    assert preparing.progress("mnist") == Progress("absent")


def test_a_worker_prepares_the_sample_and_the_progress_says_ready(digits_home):
    preparing.start("sample")
    assert preparing.progress("sample").state == "preparing"
    wait_until(lambda: preparing.progress("sample").state == "ready")


def test_a_failure_is_told_with_its_remedy(digits_home, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    preparing.start("mnist")
    wait_until(lambda: preparing.progress("mnist").state == "failed")
    assert "Use the sample instead" in preparing.progress("mnist").error


def test_a_worker_that_vanished_is_told(digits_home):
    write_json(data_folder("mnist") / "status.json", {"phase": "Reading 70,000 digits", "error": "", "time": 0})
    progress = preparing.progress("mnist")
    assert progress.state == "failed" and "vanished while reading 70,000 digits" in progress.error


def test_an_unknown_source_is_refused_before_anything_starts(digits_home):
    with pytest.raises(BadConfig):
        preparing.start("../../etc")
    assert list(digits_home.iterdir()) == []
