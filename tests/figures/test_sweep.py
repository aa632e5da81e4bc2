import pytest

from digits.figures.sweep import histories, importance, parallel


def test_the_best_trial_is_on_top_of_thin_lines():
    figure = histories([[0.5, 0.6], [0.7, 0.8, 0.9], []], best=1)
    thin, best = figure.data
    assert list(thin.y) == [0.5, 0.6, None, 0.7, 0.8, 0.9, None]
    assert (list(best.x), list(best.y)) == ([1, 2, 3], [0.7, 0.8, 0.9])
    assert best.line.width > thin.line.width


def test_each_setting_has_an_axis_from_its_lowest_to_its_highest_value():
    columns = [[0.001, 0.01, 0.1], ["adam", "sgd", "adam"], [None, 8, 24]]
    figure = parallel(["Rate", "Optimizer", "Filters"], columns, [0.7, 0.9, 0.8])
    thin, best = figure.data
    assert list(best.x) == [0, 1, 2, 3]
    assert list(best.y) == [0.5, 1.0, 0.0, 1.0]  # a rate by its order of magnitude
    assert list(thin.x) == [0, 1, 3, None, 0, 1, 2, 3, None]  # a network without filters crosses no such axis
    assert [note.text for note in figure.layout.annotations][:4] == ["0.001", "0.1", "adam", "sgd"]
    assert [note.text for note in figure.layout.annotations][-2:] == ["70.0%", "90.0%"]
    thin, _ = parallel(["Filters"], [[8, 16, 24]], [0.05, 0.5, 0.95]).data
    assert thin.y[4] == pytest.approx(0.5)  # an accuracy is never by its order of magnitude


def test_a_trial_without_an_accuracy_has_no_line():
    figure = parallel(["Filters"], [[8, 24]], [0.9, None])
    assert list(figure.data[0].x) == []
    assert list(figure.data[1].y) == [0.5, 0.5]


def test_the_most_important_setting_is_at_the_top():
    (bars,) = importance({"Filters": 0.2, "Dropout": 0.8}).data
    assert (list(bars.y), list(bars.text)) == (["Filters", "Dropout"], ["20%", "80%"])
