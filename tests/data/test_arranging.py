import numpy as np
import pytest

from digits.data.arranging import arrange
from digits.data.dataset import NO_LABEL
from digits.data.reading import Found


def found(counts, *, is_test=False):
    """So many digits of each class, sorted by class."""
    labels = np.repeat(np.arange(10), counts).astype(np.uint8)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.arange(len(labels)) % 256, np.arange(len(labels)) // 256
    return Found(images, labels, np.full(len(labels), is_test))


def test_a_fifth_of_each_digit_tests_and_every_stretch_has_its_share_of_each():
    digits = arrange(found([50] * 9 + [100]))
    assert (digits.num_train, digits.num_test) == (440, 110)
    assert np.bincount(digits.labels[440:]).tolist() == [10] * 9 + [20]
    validation = np.bincount(digits.labels[:88], minlength=10)
    assert abs(validation[:9] - 8).max() <= 1 and abs(validation[9] - 16) <= 1
    assert len({tuple(image[0, :2]) for image in digits.images}) == 550  # each digit once


def test_the_same_digits_are_divided_in_the_same_way():
    one, other = arrange(found([20] * 10)), arrange(found([20] * 10))
    assert np.array_equal(one.images, other.images)


def test_a_test_set_of_their_own_is_kept():
    train, test = found([20] * 10), found([2] * 10, is_test=True)
    both = Found(
        *(np.concatenate([getattr(test, name), getattr(train, name)]) for name in ("images", "labels", "is_test"))
    )
    digits = arrange(both)
    assert (digits.num_train, digits.num_test) == (200, 20) and np.bincount(digits.labels[200:]).tolist() == [2] * 10


@pytest.mark.parametrize(("counts", "test_only"), [([20] * 9 + [9], False), ([20] * 9 + [0], False), ([20] * 10, True)])
def test_too_few_digits_of_a_class_only_test(counts, test_only):
    digits = arrange(found(counts), test_only=test_only)
    assert (digits.num_train, digits.num_test) == (0, sum(counts))


def test_digits_without_labels_keep_their_order():
    images = found([1] * 10).images
    digits = arrange(Found(images, np.full(10, NO_LABEL, np.uint8), np.zeros(10, bool)))
    assert digits.num_unlabelled == 10 and np.array_equal(digits.images, images)
