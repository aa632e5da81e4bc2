import tomllib
from pathlib import Path

import numpy as np
import pytest

from digits.figures import confusion, counts, curves, images, labels, probabilities
from digits.figures.theme import CLEAR, PARTS

FIGURES = {
    "heatmap": images.heatmap(np.zeros((28, 28))),
    "gallery": images.gallery(np.zeros((2, 28, 28), np.uint8), ["a", "b"]),
    "means": images.means(np.zeros((10, 28, 28))),
    "one_hot": labels.one_hot(np.eye(10)[0]),
    "pairs": labels.pairs(np.zeros((10, 28, 28), np.uint8), np.eye(10)),
    "class_counts": counts.class_counts({"train": np.ones(10, int)}),
    "split_bar": counts.split_bar({"train": 1}),
    "curves": curves.curves([], [], "loss"),
    "confusion": confusion.confusion(np.eye(10, dtype=int)),
    "changes": probabilities.changes(np.zeros((1, 10)), ["a"]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_paper_of_every_figure_is_clear(name):
    assert FIGURES[name].layout.paper_bgcolor == CLEAR


@pytest.mark.parametrize("name", sorted(FIGURES.keys() - {"curves"}))
def test_a_finger_that_scrolls_the_page_zooms_nothing_but_curves(name):
    assert FIGURES[name].layout.dragmode is False


def test_the_first_chart_colours_of_the_theme_are_those_of_the_parts():
    config = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    assert tomllib.loads(config.read_text())["theme"]["chartCategoricalColors"][:3] == list(PARTS.values())
