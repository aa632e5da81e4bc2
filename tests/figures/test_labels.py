import base64

import cv2
import numpy as np

from digits.figures.labels import PITCH, SIDE, one_hot, pairs

FIVE = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]


def test_a_label_is_ten_boxes_that_show_their_numbers():
    boxes, zeros = one_hot(np.array(FIVE)).data
    np.testing.assert_array_equal(boxes.z, [FIVE])
    assert "".join(boxes.text[0]) == "1" and boxes.text[0][5] == "1"
    assert zeros.text == "0" and list(zeros.x) == [0, 1, 2, 3, 4, 6, 7, 8, 9] and set(zeros.y) == {0}


def test_each_picture_of_a_batch_stands_directly_left_of_its_label():
    images, labels = np.zeros((3, SIDE, SIDE), np.uint8), np.eye(10, dtype=np.uint8)[[5, 0, 4]]
    images[:] = np.array([10, 20, 30])[:, np.newaxis, np.newaxis]
    pictures, boxes, zeros = pairs(images, labels).data
    np.testing.assert_array_equal(boxes.z, labels)
    assert not labels[list(zeros.y), list(zeros.x)].any() and len(zeros.x) == 27
    sheet = cv2.imdecode(np.frombuffer(base64.b64decode(pictures.source.split(",")[1]), np.uint8), cv2.IMREAD_UNCHANGED)
    for row, grey in enumerate((10, 20, 30)):
        middle = round((row - pictures.y0) / pictures.dy)  # the pixel that lies at the height of this row of boxes
        assert sheet[middle, SIDE // 2].tolist() == [grey, grey, grey, 255]
    assert pictures.x0 + SIDE * pictures.dx < -0.5  # left of the first box
    assert PITCH > SIDE
