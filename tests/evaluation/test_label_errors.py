import numpy as np
import pytest

from digits.evaluation.label_errors import KNOWN, corrected, raters_say
from digits.evaluation.report import report, wilson_interval

NO_DIGIT = [index for index, right in KNOWN.items() if not right]
EITHER = [index for index, right in KNOWN.items() if len(right) > 1]


def judged(labels, said):
    return report(labels, np.eye(10)[said] * 0.91 + 0.01)


@pytest.fixture
def labels():
    """What is given: in the wrong for every known error."""
    given = np.zeros(10_000, int)
    for index, right in KNOWN.items():
        given[index] = next(digit for digit in range(10) if digit not in right)
    return given


def test_there_are_fifteen_of_them_three_no_digit_and_two_undecided():
    assert (len(KNOWN), len(NO_DIGIT), len(EITHER)) == (15, 3, 2)


def test_what_the_raters_say_is_put_in_words():
    assert [raters_say(index) for index in (0, 947, 2130, 2654)] == [None, "a 9", "a 4 or a 9", "no digit at all"]


def test_who_repeats_the_given_labels_repeats_their_errors(labels):
    score = corrected(judged(labels, labels), labels)
    assert score["n"] == 9_997 and score["accuracy"] == pytest.approx((9_997 - 12) / 9_997)


def test_who_says_what_the_raters_say_is_right_everywhere(labels):
    said = labels.copy()
    for index, right in KNOWN.items():
        said[index] = max(right, default=7)
    assert judged(labels, said)["accuracy"] < 1
    score = corrected(judged(labels, said), labels)
    assert score["accuracy"] == 1 and score["interval"] == wilson_interval(9_997, 9_997)


@pytest.mark.parametrize("digit", [4, 9])
def test_where_the_raters_were_undecided_either_answer_counts(labels, digit):
    said = labels.copy()
    said[EITHER] = digit
    assert corrected(judged(labels, said), labels)["accuracy"] == pytest.approx((9_997 - 10) / 9_997)


def test_an_error_of_the_network_stays_one(labels):
    said = labels.copy()
    said[0] = 5
    assert corrected(judged(labels, said), labels)["accuracy"] == pytest.approx((9_997 - 13) / 9_997)
