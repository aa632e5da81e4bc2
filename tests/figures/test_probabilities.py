import re

import numpy as np

from digits.figures.probabilities import along_epochs, bars, changes, percent, short_percent

SURE = np.array([0, 0, 0, 0, 0.96, 0, 0, 0, 0, 0.04])


def widths(figure):
    return re.findall(r"<i( class=predicted)? style=\"width: ([0-9.]+)%\">", figure)


def test_the_answer_stands_out_and_every_digit_has_its_bar():
    figure = bars(SURE, highlight=4)
    assert widths(figure) == [("", "0.0")] * 4 + [(" class=predicted", "96.0")] + [("", "0.0")] * 4 + [("", "4.0")]
    assert re.findall("<b>(.*?)</b>", figure) == [""] * 4 + ["96.0%"] + [""] * 4 + ["4%"]
    assert "4: 96.0%; 5: 0.0%" in figure  # for those who do not see it


def test_nothing_is_rounded_up_to_certainty():
    figure = bars(np.eye(10)[3])
    assert "<b>>99.9%</b>" in figure and "3: over 99.9%" in figure
    assert [percent(0.9994), short_percent(0.996), short_percent(0.5)] == ["over 99.9%", "99.6%", "50%"]


def test_without_an_answer_no_bar_stands_out():
    assert widths(bars(np.zeros(10))) == [("", "0.0")] * 10


def test_changes_are_told_in_points_and_only_where_there_is_one():
    differences = np.zeros((2, 10), np.float32)
    differences[0, 7], differences[0, 1], differences[1, 3] = -0.98, 0.97, 0.004
    figure = changes(differences, ["without stroke 1", "without stroke 2"])
    colours = figure.data[0]
    assert (colours.zmin, colours.zmax) == (-100, 100)
    assert colours.text[0][7] == "-98" and colours.text[0][1] == "+97" and set(colours.text[1]) == {""}
    assert list(colours.y) == ["without stroke 1", "without stroke 2"]


def test_along_the_epochs_names_the_digits_that_ever_led_but_not_before_training():
    rows = np.zeros((3, 10))
    rows[0, 8] = rows[1, 4] = rows[2, 9] = 1
    figure = along_epochs([0, 1, 4], rows, at=4, total_epochs=10)
    assert [line.name for line in figure.data if line.showlegend] == ["4", "9"]
    assert figure.layout.xaxis.range == (-0.2, 10.2) and figure.layout.shapes[0].x0 == 4
