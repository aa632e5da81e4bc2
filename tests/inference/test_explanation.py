import numpy as np
import pytest

from digits.inference import strokes
from digits.inference.explanation import log_odds, occlusion, without_each
from digits.inference.preprocessing import to_mnist
from digits.runs import models
from digits.runs import store as runs

SEVEN = [
    strokes.Stroke(np.array([[100.0, 80], [280, 80]]), 24),
    strokes.Stroke(np.array([[280.0, 80], [170, 320]]), 24),
]


@pytest.fixture(scope="module")
def recognizer():
    return models.recognizer(runs.get("starter"))


def probabilities(recognizer, some):
    return recognizer.probabilities(to_mnist(strokes.paint(some, (384, 384)))[np.newaxis])[0]


def test_covering_the_place_that_supports_the_prediction_most_costs_it_the_most(recognizer):
    picture = to_mnist(strokes.paint(SEVEN, (384, 384)))
    drop = occlusion(picture, recognizer)
    assert drop.shape == (28, 28) and drop.dtype == np.float32 and drop.max() > 1
    assert (drop[:, :2] == 0).all()  # paper

    def odds_without(place):
        row, column = np.unravel_index(place, drop.shape)
        covered = picture.copy()
        covered[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = 0
        return log_odds(recognizer.probabilities(covered[np.newaxis])[0])[7]

    assert odds_without(drop.argmax()) < odds_without(drop.argmin()) - 1


def test_a_blank_picture_has_nothing_to_cover(recognizer):
    assert (occlusion(np.zeros((28, 28), np.uint8), recognizer) == 0).all()


def test_without_its_roof_a_seven_is_a_one(recognizer):
    assert probabilities(recognizer, SEVEN).argmax() == 7
    without = without_each(SEVEN, lambda some: probabilities(recognizer, some))
    assert without.shape == (2, 10) and without[0].argmax() == 1
    np.testing.assert_allclose(without[1], probabilities(recognizer, SEVEN[:1]))


def test_log_odds_stay_finite_at_certainty():
    odds = log_odds(np.array([0.0, 0.5, 1.0]))
    assert np.isfinite(odds).all() and odds[1] == 0 and odds[0] == pytest.approx(-odds[2])
