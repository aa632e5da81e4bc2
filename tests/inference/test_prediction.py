from itertools import pairwise

import cv2
import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import BlankDrawing
from digits.inference.detector import THRESHOLD, Detector
from digits.inference.numbers.segmentation import separate
from digits.inference.path_network import join
from digits.inference.prediction import predict, predict_many, predict_number, with_path
from digits.inference.preprocessing import as_drawn, to_mnist
from digits.inference.recognizer import Recognizer
from digits.runs import starter

ONE = [(200, 60), (190, 320)]
SEVEN = [(100, 80), (280, 80), (170, 320)]
ZIGZAG = [(60 + 20 * turn, 100 if turn % 2 else 280) for turn in range(14)]


def drawn(*paths, width=24):
    ink = np.zeros((384, 384), np.uint8)
    for path in paths:
        for start, end in pairwise(path):
            cv2.line(ink, start, end, 255, width, cv2.LINE_AA)
    return ink


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load(starter.FOLDER / "model.tflite")


@pytest.fixture(scope="module")
def detector():
    return Detector.bundled()


@pytest.mark.parametrize(("path", "digit"), [(ONE, 1), (SEVEN, 7)])
def test_a_drawing_is_predicted_from_its_28_by_28_pixels(recognizer, detector, path, digit):
    ink = drawn(path)
    prediction = predict(ink, recognizer, detector)
    assert (prediction.digit, prediction.is_digit) == (digit, True)
    np.testing.assert_array_equal(prediction.image, to_mnist(ink))
    np.testing.assert_array_equal(prediction.steps.image, prediction.image)
    np.testing.assert_array_equal(prediction.probabilities, recognizer.probabilities(prediction.image[np.newaxis])[0])
    assert prediction.confidence == prediction.probabilities.max() > 0.9


def test_a_scribble_is_not_a_digit_and_still_has_a_closest_one(recognizer, detector):
    scribble, seven = (predict(drawn(path, width=8), recognizer, detector) for path in (ZIGZAG, SEVEN))
    assert not scribble.is_digit and scribble.likelihood < THRESHOLD <= seven.likelihood <= 1
    assert scribble.digit == scribble.probabilities.argmax()


def test_raw_the_network_sees_the_whole_drawing_and_the_detector_the_preprocessed_one(recognizer, detector):
    ink = drawn([(20, 20), (70, 20), (45, 100)], width=8)
    raw, prepared = predict(ink, recognizer, detector, raw=True), predict(ink, recognizer, detector)
    np.testing.assert_array_equal(raw.image, as_drawn(ink))
    np.testing.assert_array_equal(raw.probabilities, recognizer.probabilities(as_drawn(ink)[np.newaxis])[0])
    assert raw.likelihood == prepared.likelihood and raw.digit != prepared.digit == 7


def test_a_blank_drawing_is_refused(recognizer, detector):
    with pytest.raises(BlankDrawing):
        predict(drawn(), recognizer, detector, raw=True)


def test_prepared_images_are_predicted_as_they_are(recognizer, detector, with_sample):
    images = open_dataset("sample").images[::250]
    predictions = predict_many(images, recognizer, detector)
    np.testing.assert_array_equal(
        [one.probabilities for one in predictions], recognizer.probabilities(images), strict=True
    )
    assert [one.is_digit for one in predictions] == detector.accepts(images).tolist()
    np.testing.assert_array_equal([one.image for one in predictions], images)
    assert predict_many(images[:0], recognizer, detector) == []


def test_labelled_images_need_no_detector(recognizer):
    [prediction] = predict_many(to_mnist(drawn(ZIGZAG))[np.newaxis], recognizer)
    assert (prediction.is_digit, prediction.likelihood, prediction.steps) == (True, 1.0, None)


def test_a_number_has_a_question_mark_for_each_part_that_is_not_a_digit(recognizer, detector):
    zigzag = [(190 + 14 * turn, 120 if turn % 2 else 260) for turn in range(12)]
    parts = separate(drawn([(60, 120), (55, 260)], zigzag, width=6), recognizer, detector)
    number = predict_number(parts, recognizer, detector)
    assert number.text == "1?"
    [one, other] = number.predictions
    assert number.least_confident == (one.confidence > other.confidence)
    np.testing.assert_array_equal(one.image, to_mnist(number.parts[0].ink))


def sure(digit):
    """Return ten probabilities of a path that is nearly sure of a digit."""
    path = np.full(10, 0.001, np.float32)
    path[digit] = 0.991
    return path


def test_a_path_counts_only_when_it_is_joined(recognizer, detector):
    picture = predict(drawn(SEVEN), recognizer, detector)
    joined, beside = (with_path(picture, sure(2), joined=how) for how in (True, False))
    np.testing.assert_array_equal(joined.probabilities, join(picture.probabilities, sure(2)))
    np.testing.assert_array_equal(beside.probabilities, picture.probabilities)
    for prediction in joined, beside:
        np.testing.assert_array_equal(prediction.witnesses.picture, picture.probabilities)
        assert not prediction.witnesses.agree and prediction.image is picture.image
        assert prediction.digit == prediction.probabilities.argmax()
    assert with_path(picture, sure(7), joined=True).witnesses.agree


def test_without_a_known_path_the_prediction_stays_as_it_is(recognizer, detector):
    picture = predict(drawn(SEVEN), recognizer, detector)
    assert with_path(picture, None, joined=True) is picture and picture.witnesses is None


def test_in_a_number_the_path_of_each_digit_counts(recognizer, detector):
    parts = separate(drawn([(60, 120), (55, 260)], [(200, 120), (290, 120), (230, 270)]), recognizer, detector)
    alone, helped = (predict_number(parts, recognizer, detector, paths) for paths in (None, [None, sure(7)]))
    assert [one.witnesses for one in alone.predictions] == [None, None]
    [one, seven] = helped.predictions
    assert one.witnesses is None and seven.witnesses.are_joined and seven.confidence > alone.predictions[1].confidence
