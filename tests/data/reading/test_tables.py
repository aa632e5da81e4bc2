import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.data.reading.tables import read_table
from digits.errors import DigitsError
from tests.data.reading.files import csv


@pytest.fixture
def sample(with_sample):
    """The first twelve digits of the sample, and their labels."""
    digits = open_dataset("sample")
    return np.array(digits.images[:12]), np.array(digits.labels[:12])


def read(content, most=100):
    table = read_table(content, most)
    return table.images, table.labels, table.passed_over


@pytest.mark.parametrize("head", [True, False])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_kaggles_training_table_is_read_whatever_parts_its_columns(sample, head, delimiter):
    images, labels, passed_over = read(csv(*sample, head=head, delimiter=delimiter))
    assert np.array_equal(images, sample[0]) and np.array_equal(labels, sample[1]) and not passed_over


def test_a_table_without_labels_has_none(sample):
    images, labels, _ = read(csv(sample[0]))
    assert np.array_equal(images, sample[0]) and labels is None


def test_labels_in_the_last_column_are_found_without_a_head(sample):
    rows = np.column_stack([sample[0].reshape(12, -1), sample[1]])
    images, labels, _ = read(b"\xef\xbb\xbf" + "\n".join(",".join(map(str, row)) for row in rows.tolist()).encode())
    assert np.array_equal(images, sample[0]) and np.array_equal(labels, sample[1])


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("top", [10, 46])
def test_labels_beyond_9_without_a_head_are_told_from_the_pixels_and_left_out(sample, top, is_first):
    """10 for a 0, or EMNIST's letters: the pixel in the other corner, 0 in every row, would do for a label."""
    labels = np.where(sample[1] == 0, top, sample[1])
    columns = [labels, sample[0].reshape(12, -1)]
    rows = np.column_stack(columns if is_first else columns[::-1])
    images, found, passed_over = read("\n".join(",".join(map(str, row)) for row in rows.tolist()).encode())
    assert np.array_equal(images, sample[0][labels < 10]) and np.array_equal(found, labels[labels < 10])
    assert {why for _, why in passed_over} == {f"The label is {top}; expected 0 to 9."}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_as_on_any_system(sample, end):
    images, labels, passed_over = read(csv(*sample).replace(b"\n", end))
    assert np.array_equal(images, sample[0]) and np.array_equal(labels, sample[1]) and not passed_over


@pytest.mark.parametrize("top", [1, 16])
def test_pixels_that_end_at_1_or_at_16_are_scaled(sample, top):
    images, labels, _ = read(csv(np.round(sample[0] / 255 * top, 4), sample[1]))
    assert np.abs(images.astype(int) - sample[0]).max() <= 1 and np.array_equal(labels, sample[1])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["12"] + ["0"] * 784, "The label is 12; expected 0 to 9."),
        (["3.5"] + ["0"] * 784, "The label is 3.5; expected 0 to 9."),
        (["nan"] + ["0"] * 784, "The label is nan; expected 0 to 9."),
        (["1"] + ["300"] + ["0"] * 783, "A pixel isn't from 0 to 255."),
        (["1"] + ["-1"] + ["0"] * 783, "A pixel isn't from 0 to 255."),
        (["1"] + ["nan"] + ["0"] * 783, "A pixel isn't from 0 to 255."),
        (["1", "2"], "It has 2 columns; expected 785."),
        (["x"] + ["0"] * 784, "Not all of it are numbers."),
    ],
)
def test_a_row_that_cannot_be_used_is_passed_over_with_its_line_and_why(sample, row, why):
    content = csv(*sample) + b"\n\n" + ",".join(row).encode() + b"\n"
    images, labels, passed_over = read(content)
    assert passed_over == [(15, why)]  # after the head, twelve digits and an empty line
    assert np.array_equal(images, sample[0]) and np.array_equal(labels, sample[1])


@pytest.mark.parametrize("content", [b"", b"\n", b"ImageId,Label\n1,0\n", b"hello", b"1,2,3,4\n", b"\0\xff" * 99])
def test_a_table_of_other_things_is_refused_in_a_sentence(content):
    with pytest.raises(DigitsError, match="^Its rows aren't digits: a square of pixels, with or without a label.$"):
        read_table(content, 10)


def test_too_many_rows_are_refused(sample):
    with pytest.raises(DigitsError, match="more than 11 digits"):
        read_table(csv(*sample), 11)
