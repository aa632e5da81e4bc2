import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from digits.data.dataset import NO_LABEL, open_dataset
from digits.data.reading import entries, read, reader, reasons
from digits.errors import DigitsError
from digits.inference.preprocessing import to_mnist
from tests.data.reading.files import csv, idx, png, write, zipped

BLANK = np.zeros((3, 28, 28), np.uint8)


@pytest.fixture
def sample(with_sample):
    """The first twelve digits of the sample, and their labels."""
    digits = open_dataset("sample")
    return np.array(digits.images[:12]), np.array(digits.labels[:12])


@pytest.fixture
def found(tmp_path):
    """found({name: content}) reads these files of a folder."""
    return lambda files: read([write(tmp_path / "digits", files)])


def in_folders(sample, name="{label}/{number:02}.png"):
    """The files of the digits as pictures, by name."""
    numbered = enumerate(zip(*sample, strict=True))
    return {name.format(label=label, number=number): png(image) for number, (image, label) in numbered}


def test_pictures_of_28_pixels_are_taken_as_they_are_and_their_folders_label_them(found, sample):
    digits = found(in_folders(sample))
    order = np.argsort(sample[1], kind="stable")  # by folder, then by name
    assert np.array_equal(digits.images, sample[0][order]) and np.array_equal(digits.labels, sample[1][order])
    assert not digits.passed_over and not digits.is_test.any()


def test_a_folder_with_a_pipe_and_an_endless_file_is_read_to_its_end(found, sample, tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "FILE_BYTES", 10_000)
    write(tmp_path / "digits", in_folders(sample))
    os.mkfifo(tmp_path / "digits" / "pipe.png")
    (tmp_path / "digits" / "zero.png").symlink_to("/dev/zero")
    digits = found({})
    why = "It is a pipe or a device, not a file."
    assert len(digits.images) == 12 and sorted(digits.passed_over) == [
        ("digits/pipe.png", why), ("digits/zero.png", why)
    ]  # fmt: skip
    with pytest.raises(DigitsError, match="too large"):
        entries.read_file(Path("/dev/zero"))


def test_black_on_white_is_inverted_and_pictures_of_other_sizes_are_prepared(found, sample):
    image, large = sample[0][3], cv2.resize(sample[0][3], (112, 112), interpolation=cv2.INTER_CUBIC)
    digits = found({"1/a.png": png(255 - image), "1/b.png": png(255 - large), "1/c.png": png(large)})
    assert np.array_equal(digits.images[0], image)
    for prepared in digits.images[1:]:
        assert np.corrcoef(prepared.ravel(), to_mnist(large).ravel())[0, 1] > 0.99


def test_a_zip_says_what_was_passed_over_and_why(tmp_path, sample):
    others = {
        "all/notes.txt": b"hello", "all/plan.pdf": b"%PDF", "all/3/broken.png": b"no",
        "all/3/blank.png": png(np.zeros((28, 28), np.uint8)), "all/x.png": png(sample[0][0]), "__MACOSX/._0.png": b"x",
    }  # fmt: skip
    files = in_folders(sample, "all/{label}/{number}.png") | others
    digits = read([write(tmp_path, {"all.zip": zipped(files)}) / "all.zip"])
    assert len(digits.images) == 12 and sorted(digits.labels) == sorted(sample[1])
    assert {name.removeprefix("all.zip/"): why[:30] for name, why in digits.passed_over} == {
        "all/notes.txt": "Its rows aren't digits: a squa",
        "all/plan.pdf": reader.OTHER[:30],
        "all/3/broken.png": "This isn't a picture that we c",
        "all/3/blank.png": "It shows no digit: we found no",
        "all/x.png": reader.NO_LABEL_HERE[:30],
    }  # what a Mac adds to its zips is no file of anybody


def test_kaggles_zip_gives_the_labelled_digits(tmp_path, sample):
    files = {"train.csv": csv(*sample), "test.csv": csv(sample[0]), "sample_submission.csv": b"ImageId,Label\n1,0\n"}
    digits = read([write(tmp_path, {"kaggle.zip": zipped(files)}) / "kaggle.zip"])
    assert np.array_equal(digits.images, sample[0]) and np.array_equal(digits.labels, sample[1])
    assert [name for name, _ in digits.passed_over] == ["kaggle.zip/sample_submission.csv", "kaggle.zip/test.csv"]


def test_digits_without_any_label_are_read_and_marked(found, sample):
    digits = found({"test.csv": csv(sample[0])})
    assert np.array_equal(digits.images, sample[0]) and (digits.labels == NO_LABEL).all() and not digits.is_test.any()


def test_idx_files_are_paired_by_their_names_and_a_test_set_stays_one(found, sample):
    images, labels = sample
    digits = found({
        "train-images-idx3-ubyte.gz": idx(images[:8], packed=True),
        "train-labels-idx1-ubyte.gz": idx(labels[:8], packed=True),
        "t10k-images-idx3-ubyte": idx(255 - images[8:]),
        "t10k-labels-idx1-ubyte": idx(labels[8:]),
    })  # fmt: skip
    assert np.array_equal(digits.images[~digits.is_test], images[:8]) and digits.labels[8:].size
    assert np.array_equal(digits.labels[digits.is_test], labels[8:])
    assert np.array_equal(digits.images[digits.is_test], images[8:])


def test_the_labels_beside_an_idx_file_are_found(tmp_path, sample):
    folder = write(tmp_path, {"x-images.idx3-ubyte": idx(sample[0]), "x-labels.idx1-ubyte": idx(sample[1])})
    assert np.array_equal(read([folder / "x-images.idx3-ubyte"]).labels, sample[1])


def test_emnists_pictures_are_put_upright(found, sample):
    images, labels = sample
    digits = found({
        "emnist-digits-images-idx3-ubyte": idx(np.ascontiguousarray(images.transpose(0, 2, 1))),
        "emnist-digits-labels-idx1-ubyte": idx(labels),
    })  # fmt: skip
    assert np.array_equal(digits.images, images)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"images-idx3-ubyte": idx(BLANK), "labels-idx1-ubyte": idx(np.zeros(2, np.uint8))},
         "It has 3 pictures, but .* has 2 labels"),
        ({"images-idx3-ubyte": idx(BLANK), "labels-idx1-ubyte": idx(np.full(3, 11, np.uint8))},
         "Its labels are 0 to 11; expected 0 to 9"),
        ({"labels-idx1-ubyte": idx(np.zeros(2, np.uint8))}, "The pictures to which these labels belong are missing"),
        ({"images-idx3-ubyte": idx(BLANK)[:-1]}, "cut short or damaged"),
        ({"images-idx3-ubyte": b"\0\0\x08\x03"}, "cut short or damaged"),
        ({"images-idx3-ubyte.gz": idx(BLANK, packed=True)[:-9]}, "damaged or cut short"),
        ({"images-idx3-ubyte": idx(np.zeros((3, 0, 28), np.uint8))}, "cut short or damaged"),
        ({"images-idx3-ubyte": idx(BLANK[:0])}, "It holds no digits"),
        ({"a.csv": b"label" + b",p" * 784 + b"\n"}, "It holds no digits"),
        ({"a.png": b"no picture"}, "This isn't a picture"),
        ({"a.exe": b"MZ"}, "It isn't a picture, a CSV table or an idx file"),
        ({}, "It is empty"),
    ],
)  # fmt: skip
def test_files_without_digits_end_in_one_sentence(tmp_path, with_sample, files, why):
    (tmp_path / "digits").mkdir()
    with pytest.raises(DigitsError, match=f"^We found no digits to read. `.*`: .*{why}"):
        read([write(tmp_path / "digits", files)])


@pytest.mark.parametrize("content", [b"no zip", zipped({"a": b"x" * 99})[:-30], b""])
def test_a_damaged_zip_is_refused_in_a_sentence(tmp_path, content):
    with pytest.raises(DigitsError, match="^This isn't a zip file, or it is damaged. Choose another zip"):
        read([write(tmp_path, {"a.zip": content}) / "a.zip"])


def test_a_zip_that_would_unpack_to_more_than_its_budget_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "ZIP", replace(entries.ZIP, file_bytes=1 << 20, all_bytes=2 << 20))
    with pytest.raises(DigitsError, match="This file is too large: expected at most 2 MB, and 1 MB for each file"):
        read([write(tmp_path, {"a.zip": zipped({"a.csv": bytes((1 << 20) + 1)})}) / "a.zip"])


def test_who_reads_a_zip_may_end_early_and_is_not_taken_for_a_damaged_zip(tmp_path, sample):
    class Ended(Exception):
        pass

    def end(fraction, phase):
        raise Ended

    with pytest.raises(Ended):
        read([write(tmp_path, {"a.zip": zipped(in_folders(sample))}) / "a.zip"], end)


def test_reasons_are_counted_the_most_frequent_first():
    assert reasons([("a", "x"), ("b", "y"), ("c", "y")]) == [("y", 2, "b"), ("x", 1, "a")]
