import pytest

from digits.figures.accuracies import accuracies


def test_each_model_has_a_dot_with_its_interval_and_its_name_beside_the_numbers():
    figure = accuracies(["mine", "yours"], [0.95, 0.5], [(0.93, 0.96), (0.4, 0.6)])
    first, second = figure.data
    assert (first.x, second.x) == ((0.95,), (0.5,))
    assert first.error_x.array[0] == pytest.approx(0.01) and first.error_x.arrayminus[0] == pytest.approx(0.02)
    assert [text.text for text in figure.layout.annotations] == [
        "mine: <b>95.00%</b> (93.00% to 96.00%)",
        "yours: <b>50.00%</b> (40.00% to 60.00%)",
    ]
    assert (first.marker.color, first.marker.symbol) != (second.marker.color, second.marker.symbol)


def test_six_models_differ_by_symbol_as_well_as_by_colour():
    dots = accuracies(list("abcdef"), [0.9] * 6, [(0.8, 0.95)] * 6).data
    assert len({dot.marker.symbol for dot in dots}) == len({dot.marker.color for dot in dots}) == 6
