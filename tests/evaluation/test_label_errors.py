import numpy as np
import pytest

from digits.evaluation.label_errors import KNOWN, corrected, raters_label
from digits.evaluation.report import report, wilson_interval

NO_DIGIT = [index for index, correct in KNOWN.items() if not correct]
EITHER = [index for index, correct in KNOWN.items() if len(correct) > 1]


def evaluated(labels, predicted):
    return report(labels, np.eye(10)[predicted] * 0.91 + 0.01)


@pytest.fixture
def labels():
    """The given labels: wrong for every known error."""
    given = np.zeros(10_000, int)
    for index, correct in KNOWN.items():
        given[index] = next(digit for digit in range(10) if digit not in correct)
    return given


def test_there_are_fifteen_of_which_three_are_no_digit_and_two_undecided():
    assert (len(KNOWN), len(NO_DIGIT), len(EITHER)) == (15, 3, 2)


def test_what_the_raters_label_is_put_in_words():
    assert [raters_label(index) for index in (0, 947, 2130, 2654)] == [None, "a 9", "a 4 or a 9", "no digit at all"]


def test_a_network_that_predicts_the_given_labels_has_their_errors(labels):
    score = corrected(evaluated(labels, labels), labels)
    assert score["n"] == 9_997 and score["accuracy"] == pytest.approx((9_997 - 12) / 9_997)


def test_who_says_what_the_raters_label_is_right_everywhere(labels):
    predicted = labels.copy()
    for index, correct in KNOWN.items():
        predicted[index] = max(correct, default=7)
    assert evaluated(labels, predicted)["accuracy"] < 1
    score = corrected(evaluated(labels, predicted), labels)
    assert score["accuracy"] == 1 and score["interval"] == wilson_interval(9_997, 9_997)


@pytest.mark.parametrize("digit", [4, 9])
def test_where_the_raters_were_undecided_either_prediction_counts(labels, digit):
    predicted = labels.copy()
    predicted[EITHER] = digit
    assert corrected(evaluated(labels, predicted), labels)["accuracy"] == pytest.approx((9_997 - 10) / 9_997)


def test_an_error_of_the_network_stays_an_error(labels):
    predicted = labels.copy()
    predicted[0] = 5
    assert corrected(evaluated(labels, predicted), labels)["accuracy"] == pytest.approx((9_997 - 13) / 9_997)
