import numpy as np
import pytest

from pages.compare.conclusion import conclude, differences

N = 1_000


def correct(*num_wrong):
    """Models of which each misclassifies so many digits of its own."""
    rows, start = [], 0
    for number in num_wrong:
        rows.append(np.ones(N, bool))
        rows[-1][start : start + number] = False
        start += number
    return rows


@pytest.mark.parametrize(
    ("num_wrong", "expected"),
    [
        ((0, 0), "A and B predict the same digits correctly."),
        ((10, 12), "The difference between A and B may be chance."),
        ((100, 12), "B is better than A, and the difference is more than chance."),
        ((12, 100, 90), "A is better than B and C, and the difference is more than chance."),
        ((100, 12, 14), "B is better than A, but its lead over C may be chance."),
        ((10, 12, 11, 13), "A has the highest accuracy, but its lead may be chance."),
        ((100, 12, 14, 90), "B is better than A and D, but its lead over C may be chance."),
        ((10, 10), "A and B are equally accurate, but not on the same digits."),
        ((10, 10, 12), "A and B have the highest accuracy, but their lead may be chance."),
        ((10, 100, 10), "A is better than B, and as accurate as C."),
        ((10, 100, 10, 12), "A is better than B, and as accurate as C; its lead over D may be chance."),
        ((0, 0, 0), "A, B and C predict the same digits correctly."),
    ],
)
def test_the_conclusion_is_one_sentence_that_names_the_best_and_what_may_be_chance(num_wrong, expected):
    assert conclude("ABCD"[: len(num_wrong)], differences(correct(*num_wrong))) == expected


def test_the_best_is_tested_against_each_other_model():
    found = differences(correct(30, 10, 20))
    assert found.best == 1 and list(found.others) == [0, 2]
    assert (found.others[0].only_first, found.others[0].only_second) == (30, 10)
