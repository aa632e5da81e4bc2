import numpy as np

from digits.figures.counts import class_counts, split_bar
from digits.figures.theme import PARTS


def test_counts_are_grouped_by_part_and_the_legend_tells_their_sums():
    figure = class_counts({"train": np.arange(10), "test": np.ones(10, int)})
    assert [(bar.name, list(bar.y), bar.marker.color) for bar in figure.data] == [
        ("train (45)", list(range(10)), PARTS["train"]),
        ("test (10)", [1] * 10, PARTS["test"]),
    ]
    assert figure.layout.barmode == "group"


def test_the_parts_of_a_split_follow_each_other_without_a_gap():
    figure = split_bar({"validation": 300, "train": 1200, "test": 375})
    assert [(bar.name, bar.base[0], bar.x[0], bar.text) for bar in figure.data] == [
        ("validation", 0, 300, "validation<br><b>300</b>"),
        ("train", 300, 1200, "train<br><b>1,200</b>"),
        ("test", 1500, 375, "test<br><b>375</b>"),
    ]
    assert figure.layout.xaxis.range == (0, 1875)


def test_a_part_has_the_same_colour_wherever_it_stands():
    colours = {bar.name: bar.marker.color for bar in split_bar({"test": 1, "train": 1, "validation": 1}).data}
    assert colours == PARTS
