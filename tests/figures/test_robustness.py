from digits.figures.robustness import robustness
from digits.figures.theme import DIGITS


def test_each_curve_lies_in_its_band_and_the_neutral_strength_is_marked():
    curves = {
        "this": {"accuracy": [0.9, 0.5], "interval": [[0.8, 0.95], [0.4, 0.6]]},
        "that": {"accuracy": [0.8, 0.7], "interval": [[0.7, 0.9], [0.6, 0.8]]},
    }
    figure = robustness([0, 30], curves, unit="°", neutral=0, title="Rotation")
    band, line, _, other = figure.data
    assert (list(line.x), list(line.y), line.line.color) == ([0, 30], [0.9, 0.5], DIGITS[0])
    assert (list(band.x), list(band.y)) == ([0, 30, 30, 0], [0.95, 0.6, 0.4, 0.8])
    assert (other.name, other.line.color) == ("that", DIGITS[1])
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(0, 0)]
    assert figure.layout.xaxis.title.text == "Rotation, °"
