import numpy as np
import pytest

from digits.inference import strokes
from digits.inference.explanation import log_odds, occlusion, without_each
from digits.inference.preprocessing import to_mnist
from digits.runs import models, runs

SEVEN = [
    strokes.Stroke(np.array([[100.0, 80], [280, 80]]), 24),
    strokes.Stroke(np.array([[280.0, 80], [170, 320]]), 24),
]


@pytest.fixture(scope="module")
def recognizer():
    return models.recognizer(runs.find("starter"))


def read(recognizer, some):
    return recognizer.probabilities(to_mnist(strokes.paint(some, (384, 384)))[np.newaxis])[0]


def test_covering_the_place_that_speaks_most_for_the_answer_costs_it_the_most(recognizer):
    picture = to_mnist(strokes.paint(SEVEN, (384, 384)))
    fall = occlusion(picture, recognizer)
    assert fall.shape == (28, 28) and fall.dtype == np.float32 and fall.max() > 1
    assert (fall[:, :2] == 0).all()  # paper

    def odds_without(place):
        row, column = np.unravel_index(place, fall.shape)
        covered = picture.copy()
        covered[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = 0
        return log_odds(recognizer.probabilities(covered[np.newaxis])[0])[7]

    assert odds_without(fall.argmax()) < odds_without(fall.argmin()) - 1


def test_a_blank_picture_has_nothing_to_cover(recognizer):
    assert (occlusion(np.zeros((28, 28), np.uint8), recognizer) == 0).all()


def test_without_its_roof_a_seven_is_a_one(recognizer):
    assert read(recognizer, SEVEN).argmax() == 7
    without = without_each(SEVEN, lambda some: read(recognizer, some))
    assert without.shape == (2, 10) and without[0].argmax() == 1
    np.testing.assert_allclose(without[1], read(recognizer, SEVEN[:1]))


def test_log_odds_stay_finite_at_certainty():
    odds = log_odds(np.array([0.0, 0.5, 1.0]))
    assert np.isfinite(odds).all() and odds[1] == 0 and odds[0] == pytest.approx(-odds[2])
