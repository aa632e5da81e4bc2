import numpy as np
import pytest
from scipy.stats import binom

from digits.evaluation.comparison import disagreements, mcnemar


def correct(only_first, only_second, both=100):
    """Which digits two models predict correctly, with so many that only one of them does."""
    first = np.repeat([True, True, False], [both, only_first, only_second])
    second = np.repeat([True, False, True], [both, only_first, only_second])
    return first, second


@pytest.mark.parametrize(("only_first", "only_second"), [(10, 2), (2, 10), (33, 27), (5, 0)])
def test_the_p_value_is_the_two_sided_tail_of_a_fair_coin(only_first, only_second):
    test = mcnemar(*correct(only_first, only_second))
    assert (test.only_first, test.only_second) == (only_first, only_second)
    tail = 2 * binom.cdf(min(only_first, only_second), only_first + only_second, 0.5)
    assert test.p_value == pytest.approx(tail)


def test_digits_that_both_predict_alike_do_not_count():
    assert mcnemar(*correct(10, 2, both=0)) == mcnemar(*correct(10, 2, both=9_000))


def test_ten_against_two_is_more_than_chance_and_thirty_against_twenty_is_not():
    assert mcnemar(*correct(10, 2)).is_significant
    assert not mcnemar(*correct(30, 20)).is_significant


def test_two_models_with_the_same_correct_predictions_do_not_differ():
    assert mcnemar(*correct(0, 0)).p_value == 1


def test_disagreements_are_grouped_by_which_model_is_correct_the_most_confident_first():
    labels = np.array([1, 1, 1, 1, 1])
    first, second = np.full((2, 5, 10), 0.01)
    first[range(5), [1, 1, 1, 2, 3]] = 0.9
    second[range(5), [1, 2, 2, 1, 4]] = [0.9, 0.5, 0.8, 0.9, 0.9]
    found = disagreements(labels, first, second)
    assert {who: indices.tolist() for who, indices in found.items()} == {"first": [2, 1], "second": [3], "neither": [4]}
