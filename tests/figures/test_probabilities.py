import numpy as np

from digits.figures.frame import PARTS, QUIET
from digits.figures.probabilities import bars

SURE = np.array([0, 0, 0, 0, 0.96, 0, 0, 0, 0, 0.04])


def test_the_answer_stands_out_and_every_digit_has_its_bar():
    bar = bars(SURE, highlight=4).data[0]
    np.testing.assert_array_equal(bar.y, SURE)
    assert list(bar.marker.color) == [QUIET] * 4 + [PARTS["train"]] + [QUIET] * 5
    assert list(bar.text) == [""] * 4 + ["96%"] + [""] * 4 + ["4%"]


def test_without_an_answer_no_bar_stands_out():
    assert set(bars(np.zeros(10)).data[0].marker.color) == {QUIET}


def test_the_axes_do_not_move_with_the_numbers():
    assert bars(SURE, highlight=4).layout == bars(np.full(10, 0.1), highlight=0).layout
