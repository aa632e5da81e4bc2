import numpy as np

from digits.figures.embedding_map import digit_map
from digits.figures.theme import DIGITS

PLACES = np.arange(10, dtype=np.float32).reshape(5, 2)
LABELS, PREDICTED = np.array([0, 0, 4, 9, 9]), np.array([0, 0, 4, 9, 4])


def test_the_correct_digits_have_the_colour_of_their_label_and_their_index_as_data():
    figure = digit_map(PLACES, LABELS, PREDICTED, np.array([10, 20, 30, 40, 50]))
    zeros, nines = figure.data[0], figure.data[9]
    assert (zeros.marker.color, zeros.x.tolist()) == (DIGITS[0], [0, 2])
    assert zeros.customdata.tolist() == [10, 20]
    assert nines.customdata.tolist() == [40]


def test_a_misclassified_digit_has_a_ring_in_the_colour_of_the_prediction():
    misclassified = digit_map(PLACES, LABELS, PREDICTED, np.arange(5)).data[10]
    assert (list(misclassified.marker.color), list(misclassified.marker.line.color)) == ([DIGITS[9]], [DIGITS[4]])
    assert (misclassified.customdata.tolist(), list(misclassified.text)) == ([4], ["label 9, prediction 4"])


def test_each_digit_that_is_there_is_named_in_its_middle():
    figure = digit_map(PLACES, LABELS, PREDICTED, np.arange(5))
    assert [(note.text, note.x, note.y) for note in figure.layout.annotations] == [
        ("<b>0</b>", 1, 2), ("<b>4</b>", 4, 5), ("<b>9</b>", 6, 7),
    ]  # fmt: skip


def test_a_drawing_is_a_star_that_opens_no_digit():
    star = digit_map(PLACES, LABELS, PREDICTED, np.arange(5), drawn=np.array([0.5, 7])).data[-1]
    assert (star.marker.symbol, list(star.x), list(star.y), star.customdata[0]) == ("star", [0.5], [7], -1)
