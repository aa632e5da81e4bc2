import json
import shutil

import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.inference import detector as module
from digits.inference.detector import FOLDER, Gate
from digits.inference.preprocessing import to_mnist
from digits.starter.detector.making.false_acceptances import print_
from digits.starter.detector.making.non_digits import draw


@pytest.fixture(scope="module")
def gate():
    return Gate.bundled()


def test_digits_pass(gate, with_sample):
    assert gate.accepts(open_dataset("sample").images[::5]).mean() >= 0.99


@pytest.mark.parametrize("kind", ["scribble", "zigzag", "dash", "dots", "letter", "sign", "two digits"])
def test_most_of_what_is_no_digit_does_not(gate, kind):
    rng = np.random.default_rng(1)
    assert gate.accepts(np.stack([to_mnist(draw(kind, rng)) for _ in range(60)])).mean() <= 0.2


def test_letters_of_a_font_that_it_never_saw_do_not_pass(gate):
    letters = np.stack([to_mnist(print_(letter, "DejaVuSans")) for letter in "AEFHKMNRTVWXdfhkmnpw"])
    assert gate.accepts(letters).mean() <= 0.2


def test_no_picture_has_no_answer(gate):
    assert gate.likelihood(np.empty((0, 28, 28), np.uint8)).shape == (0,)


@pytest.mark.parametrize("content", [b"", b"TFL3" * 1000, None], ids=["empty", "nonsense", "missing"])
def test_a_damaged_gate_is_refused_in_one_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "model.tflite").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"^The gate model.tflite is missing or damaged; install the app again.$"):
        Gate.load(tmp_path / "model.tflite")


def test_a_network_of_another_kind_is_no_gate(tmp_path):
    with pytest.raises(DamagedFile, match="The gate model.tflite is missing or damaged"):
        Gate.load(FOLDER.parent / "model.tflite")


def test_a_gate_that_is_not_the_one_of_its_manifest_is_damaged(tmp_path, monkeypatch):
    shutil.copytree(FOLDER, tmp_path / "gate")
    (tmp_path / "gate" / "manifest.json").write_text(json.dumps({"sha256": {"model.tflite": "0"}}))
    monkeypatch.setattr(module, "FOLDER", tmp_path / "gate")
    with pytest.raises(DamagedFile, match="not the file that its manifest describes"):
        Gate.bundled()
