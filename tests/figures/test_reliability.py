from digits.figures.reliability import reliability

ROWS = [{"confidence": 0.5, "accuracy": 0.25, "n": 4}, {"confidence": 0.95, "accuracy": 1.0, "n": 100}]


def test_the_points_are_confidence_and_accuracy_and_the_fewer_digits_the_smaller():
    figure = reliability({"calibrated": ROWS, "as trained": ROWS[:1]})
    ideal, before, after = figure.data
    assert (ideal.x, ideal.y) == ((0, 1), (0, 1))
    assert (before.name, after.name) == ("as trained", "calibrated")
    assert (after.x, after.y) == ((0.5, 0.95), (0.25, 1.0))
    assert after.marker.size[0] < after.marker.size[1]


def test_without_any_prediction_only_the_diagonal_is_left():
    assert [len(trace.x) for trace in reliability({"calibrated": []}).data] == [2, 0]
