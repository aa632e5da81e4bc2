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


def test_the_parts_of_a_split_follow_each_other_in_one_bar_over_the_whole_width():
    figure = split_bar({"train": 3200, "validation": 800, "test": 1000})
    assert [(bar.name, bar.x[0], bar.text) for bar in figure.data] == [
        ("train", 3200, "train<br><b>3,200</b>"),
        ("validation", 800, "validation<br><b>800</b>"),
        ("test", 1000, "test<br><b>1,000</b>"),
    ]
    assert figure.layout.barmode == "stack" and figure.layout.xaxis.range == (0, 5000)


def test_a_part_has_the_same_colour_wherever_it_stands():
    colours = {bar.name: bar.marker.color for bar in split_bar({"test": 1, "train": 1, "validation": 1}).data}
    assert colours == PARTS
