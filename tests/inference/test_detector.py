import json
import shutil

import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import DamagedFile
from digits.inference import detector as module
from digits.inference.detector import FOLDER, Detector
from digits.inference.preprocessing import to_mnist
from digits.starter.detector.making.non_digits import draw
from tests.benchmarks.non_digits import print_


@pytest.fixture(scope="module")
def detector():
    return Detector.bundled()


def test_digits_are_accepted(detector, with_sample):
    assert detector.accepts(open_dataset("sample").images[::5]).mean() >= 0.99


@pytest.mark.parametrize("kind", ["scribble", "zigzag", "dash", "dots", "letter", "sign", "two digits"])
def test_most_other_drawings_are_rejected(detector, kind):
    rng = np.random.default_rng(1)
    assert detector.accepts(np.stack([to_mnist(draw(kind, rng)) for _ in range(60)])).mean() <= 0.2


def test_letters_of_a_font_that_it_never_saw_are_rejected(detector):
    letters = np.stack([to_mnist(print_(letter, "DejaVuSans")) for letter in "AEFHKMNRTVWXdfhkmnpw"])
    assert detector.accepts(letters).mean() <= 0.2


def test_no_images_have_no_likelihood(detector):
    assert detector.likelihood(np.empty((0, 28, 28), np.uint8)).shape == (0,)


def test_many_images_have_the_likelihoods_of_each(detector, with_sample):
    images = open_dataset("sample").images[:20]
    each = [detector.likelihood(images[row : row + 1])[0] for row in range(20)]
    np.testing.assert_allclose(detector.likelihood(images), each, atol=1e-6)


@pytest.mark.parametrize("content", [b"", b"TFL3" * 1000, None], ids=["empty", "nonsense", "missing"])
def test_a_damaged_file_is_refused_in_plain_words(tmp_path, content):
    if content is not None:
        (tmp_path / "model.tflite").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"^The digit detector is missing or damaged\. Install the app again\.$"):
        Detector.load(tmp_path / "model.tflite")


def test_a_network_of_another_kind_is_refused():
    with pytest.raises(DamagedFile, match="The digit detector is missing or damaged"):
        Detector.load(FOLDER.parent / "model.tflite")


@pytest.mark.parametrize("manifest", [json.dumps({"sha256": {"model.tflite": "0"}}), "{}", "cut", None])
def test_the_bundled_detector_must_be_the_one_of_its_manifest(tmp_path, monkeypatch, manifest):
    shutil.copytree(FOLDER, tmp_path / "detector")
    file = tmp_path / "detector" / "manifest.json"
    file.unlink() if manifest is None else file.write_text(manifest)
    monkeypatch.setattr(module, "FOLDER", tmp_path / "detector")
    with pytest.raises(DamagedFile, match="damaged. Install the app again"):
        Detector.bundled()
