import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from digits.data import dataset, optdigits
from digits.data.dataset import facts, is_available, is_prepared, open_dataset, prepare
from digits.data.sources import SOURCES
from digits.errors import DamagedFile, DataUnavailable, DigitsError
from digits.storage.home import data_folder


def test_the_sample_prepares_itself_and_begins_with_the_tutorials_five(digits_home):
    digits = open_dataset("sample")
    assert (digits.images.shape, digits.images.dtype) == ((5_000, 28, 28), np.uint8)
    assert digits.labels[0] == 5
    assert facts("sample")["label_histogram"]["train"] == [500] * 10
    assert is_prepared("sample")


def test_prepared_digits_are_mapped_and_cannot_be_changed(with_sample):
    digits = open_dataset("sample")
    assert isinstance(digits.images, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        digits.images[0, 0, 0] = 1


def test_mnist_must_be_prepared_first_and_the_command_is_said(digits_home):
    with pytest.raises(DataUnavailable, match="Prepare it first") as told:
        open_dataset("mnist")
    assert told.value.hint == "Run: python -m digits data mnist"


@pytest.mark.parametrize("name", ["images.npy", "labels.npy"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_damaged_arrays_are_found_and_can_be_prepared_again(with_sample, name, damage):
    file = data_folder("sample") / name
    content = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(content[:-100])
    elif damage == "flipped":
        content[-5] ^= 1
        file.write_bytes(content)
    elif damage == "empty":
        file.write_bytes(b"")
    with pytest.raises(DamagedFile, match="were damaged on the disk. Prepare them again."):
        open_dataset("sample")
    prepare("sample")
    assert open_dataset("sample").labels[0] == 5


def test_optdigits_prepare_themselves_and_are_as_scikit_learn_has_them(digits_home):
    from sklearn.datasets import load_digits

    digits = open_dataset("optdigits")
    assert (digits.images.shape, digits.images.dtype) == ((1_797, 28, 28), np.uint8)
    original = load_digits()
    np.testing.assert_array_equal(digits.labels, original.target)
    # Shrunk to 8 x 8 again, most of them look like what they were made from, wherever they were moved.
    ink = digits.images.reshape(-1, 784).sum(axis=1) / 255
    assert np.corrcoef(ink, original.data.sum(axis=1))[0, 1] > 0.5
    known = facts("optdigits")
    assert (known["num_train"], known["num_test"], sum(known["label_histogram"]["test"])) == (0, 1_797, 1_797)


def test_a_damaged_picture_of_optdigits_is_found_and_prepared_again(with_sample):
    file = data_folder("optdigits") / "images.npy"
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    with pytest.raises(DamagedFile, match="The files of Optdigits were damaged on the disk. Prepare them again."):
        open_dataset("optdigits")
    prepare("optdigits")
    assert open_dataset("optdigits").labels[0] == 0


def test_other_digits_in_the_place_of_optdigits_are_refused(digits_home, monkeypatch):
    monkeypatch.setattr(optdigits, "SHA256", "0" * 64)
    with pytest.raises(DataUnavailable, match="not Optdigits. Install the packages again."):
        open_dataset("optdigits")
    assert not is_prepared("optdigits") and is_available("optdigits")


@pytest.mark.parametrize("name", ["images.npy", "labels.npy"])
def test_a_sample_of_which_a_file_is_gone_prepares_itself_again(with_sample, name):
    (data_folder("sample") / name).unlink()
    assert not is_prepared("sample")
    assert open_dataset("sample").labels[0] == 5


def test_data_that_is_not_what_it_should_be_is_refused_and_nothing_is_written(digits_home, monkeypatch):
    altered = (np.zeros((5_000, 28, 28), np.uint8), np.zeros(5_000, np.uint8))
    monkeypatch.setitem(dataset.LOADERS, "sample", lambda on_progress: altered)
    with pytest.raises(DataUnavailable, match="cut short or altered"):
        prepare("sample")
    assert not is_prepared("sample")
    assert not list(data_folder("sample").glob("*.npy"))


def test_eight_at_once_prepare_one_whole_data_set(digits_home):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: prepare("sample"), range(8)))
    assert open_dataset("sample").labels[0] == 5
    assert sorted(path.name for path in data_folder("sample").iterdir()) == ["images.npy", "labels.npy"]


def test_a_home_that_cannot_be_written_is_said_in_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "file"))
    with pytest.raises(DigitsError, match="could not write a file: Not a directory") as told:
        prepare("sample")
    assert "DIGITS_HOME can name another folder" in told.value.hint


@pytest.mark.skipif(not os.environ.get("TFDS_DATA_DIR"), reason="TFDS_DATA_DIR is not set: no MNIST on this machine")
def test_the_whole_mnist_comes_in_its_original_order(digits_home, mnist_data):
    (digits_home / "data").symlink_to(mnist_data)
    digits = open_dataset("mnist")
    assert digits.images.shape == (70_000, 28, 28)
    assert digits.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.labels[60_000:60_010].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    # Two of the published label errors, which are named by their index in the test set.
    assert (digits.labels[60_000 + 947], digits.labels[60_000 + 6651]) == (8, 0)


@pytest.mark.skipif(not os.environ.get("TFDS_DATA_DIR"), reason="TFDS_DATA_DIR is not set: no MNIST on this machine")
def test_every_digit_of_the_sample_is_an_early_training_digit_of_mnist(digits_home, sample_data, mnist_data):
    sample, mnist = np.load(sample_data / "sample" / "images.npy"), np.load(mnist_data / "mnist" / "images.npy")
    source, count = SOURCES["sample"].sampled_from
    assert source == "mnist"
    assert {image.tobytes() for image in sample} <= {image.tobytes() for image in mnist[:count]}
