import numpy as np

from digits.data.encoding import batch, num_batches, one_hot, scale


def test_the_one_hot_label_of_a_five_is_the_tutorials():
    assert one_hot([5]).tolist() == [[0, 0, 0, 0, 0, 1, 0, 0, 0, 0]]


def test_every_one_hot_label_gives_its_digit_back():
    labels = np.arange(10, dtype=np.uint8)[::-1]
    np.testing.assert_array_equal(one_hot(labels).argmax(axis=1), labels)
    np.testing.assert_array_equal(one_hot(labels).sum(axis=1), np.ones(10))


def test_scaled_pixels_run_from_nought_to_one():
    scaled = scale(np.array([0, 51, 255], np.uint8))
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, [0, 0.2, 1])


def test_the_split_of_the_tutorial_cuts_1875_batches_of_32():
    assert [num_batches(n, 32) for n in (60_000, 38_400, 9_600, 12_000)] == [1_875, 1_200, 300, 375]


def test_a_batch_has_the_shapes_that_the_network_gets():
    images, labels = np.zeros((70, 28, 28), np.uint8), np.zeros(70, np.uint8)
    assert [array.shape for array in batch(images, labels, 0)] == [(32, 28, 28, 1), (32, 10)]
    assert [array.shape for array in batch(images, labels, 2)] == [(6, 28, 28, 1), (6, 10)]
