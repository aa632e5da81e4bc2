import numpy as np

from digits.figures.labels import one_hot

FIVE = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]


def test_a_label_is_ten_boxes_that_show_their_numbers():
    trace = one_hot(np.array(FIVE)).data[0]
    np.testing.assert_array_equal(trace.z, [FIVE])
    assert trace.texttemplate == "%{z}"


def test_a_batch_has_a_row_for_each_digit_the_first_on_top():
    labels = np.eye(10, dtype=np.uint8)[[5, 0, 4]]
    figure = one_hot(labels)
    np.testing.assert_array_equal(figure.data[0].z, labels)
    assert figure.layout.yaxis.autorange == "reversed"
