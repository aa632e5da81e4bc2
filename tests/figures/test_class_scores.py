import pytest

from digits.figures.class_scores import SPREAD, before_after, dots


def test_every_network_is_a_dot_in_the_band_of_its_kind():
    figure = dots(["Simplest", "Convolutional"], [0, 1, 1], [0.9, 0.99, 0.98], ["Anna", "Ben", "Cleo"])
    simplest, convolutional = figure.data
    assert list(simplest.x) == [0.9] and list(convolutional.x) == [0.98, 0.99]
    assert list(convolutional.hovertext) == ["Cleo", "Ben"]
    assert all(abs(y - 1) <= SPREAD + 1e-9 for y in convolutional.y) and len(set(convolutional.y)) == 2
    assert simplest.marker.symbol != convolutional.marker.symbol


def test_before_and_after_are_joined_row_by_row():
    figure = before_after(["Anna (3)", "Ben (1)"], [0.0, 1.0], [2 / 3, 1.0])
    line, before, after = figure.data
    assert list(line.x) == [0.0, pytest.approx(2 / 3), None, 1.0, 1.0, None]
    assert (list(before.x), list(after.y)) == ([0.0, 1.0], [0, 1])
    assert list(figure.layout.yaxis.ticktext) == ["Anna (3)", "Ben (1)"]
