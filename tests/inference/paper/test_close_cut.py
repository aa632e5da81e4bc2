"""Pictures that were cut close around a digit, as on a telephone or in a set of data."""

import cv2
import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import BlankDrawing
from digits.inference.detector import Detector
from digits.inference.numbers.rows import read_rows
from digits.inference.paper.close_cut import close_cut
from digits.inference.picture import upload_ink
from digits.inference.pictures.decoding import decode
from digits.inference.prediction import predict
from digits.runs import models, starter


def png(picture):
    return cv2.imencode(".png", picture)[1].tobytes()


def cut(image, longest, *, dark):
    left, top, width, height = cv2.boundingRect((image > 40).view(np.uint8))
    image = image[top : top + height, left : left + width]
    zoom = longest / max(image.shape)
    image = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    return 255 - image if dark else image


@pytest.fixture(scope="module")
def predictors():
    return models.recognizer(starter.run()), Detector.bundled()


@pytest.mark.parametrize("dark", [True, False], ids=["dark on light", "light on dark"])
@pytest.mark.parametrize("longest", [20, 112, 400])
def test_a_digit_whose_ink_reaches_the_rim_is_read_as_one_with_paper_around_it(longest, dark, predictors):
    dataset = open_dataset("sample")
    digits = []
    for image, label in zip(dataset.images[:40], dataset.labels[:40], strict=True):
        try:
            text = predict(upload_ink(png(cut(image, longest, dark=dark))), *predictors).text
        except BlankDrawing:  # a broad 1, of whose paper hardly anything is left
            text = ""
        digits.append((str(label), text))
    assert sum(label == text for label, text in digits) >= 37, [pair for pair in digits if pair[0] != pair[1]]


def test_a_number_that_was_cut_close_is_read_as_a_number(predictors):
    dataset = open_dataset("sample")
    four, two = (dataset.images[np.flatnonzero(dataset.labels == digit)[0]] for digit in (4, 2))
    picture = decode(png(cut(np.hstack([four, two]), 300, dark=True)), 2048)
    assert [row.number.text for row in read_rows(picture, *predictors).rows] == ["42"]


def test_what_lies_beside_a_sheet_with_a_digit_is_not_the_digit():
    scene = np.full((300, 400), 255, np.uint8)
    scene[:, :40] = scene[270:] = 0  # a desk
    cv2.line(scene, (200, 80), (190, 220), 0, 14)
    assert close_cut(decode(png(scene), 2048), 512) is None


def test_a_place_on_the_padded_sheet_is_found_again_in_the_picture():
    dataset = open_dataset("sample")
    picture = cut(dataset.images[0], 200, dark=True)
    sheet = close_cut(decode(png(picture), 2048), 512)
    height, width = picture.shape
    assert sheet.outline.min() >= 0 and sheet.outline[:, 0].max() == width and sheet.outline[:, 1].max() == height
    dark = np.argwhere(sheet.pixels[..., 0] < 60)[:, ::-1].astype(np.float32)
    back = cv2.perspectiveTransform(dark[np.newaxis], np.linalg.inv(sheet.matrix))[0]
    assert (picture[tuple(np.rint(back).astype(int).T[::-1])] < 100).mean() > 0.95
