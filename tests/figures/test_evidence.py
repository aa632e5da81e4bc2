import numpy as np

from digits.figures.evidence import evidence


def test_for_and_against_are_measured_with_the_same_rule_and_little_is_not_blown_up():
    image, fall = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.float32)
    fall[3, 4], fall[5, 6] = 6.0, -2.0
    colours = evidence(image, fall).data[0]
    assert (colours.zmin, colours.zmax) == (-6, 6) and colours.z[3][4] == 6
    quiet = evidence(image, fall / 100).data[0]
    assert (quiet.zmin, quiet.zmax) == (-1, 1)


def test_hovering_tells_what_the_odds_become_without_the_place():
    fall = np.full((28, 28), 2.5, np.float32)
    colours = evidence(np.zeros((28, 28), np.uint8), fall).data[0]
    assert (np.array(colours.customdata) == -2.5).all() and "without it" in colours.hovertemplate
