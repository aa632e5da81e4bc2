import base64
import re

import pytest

from digits.figures.network import MOST, Stage, network


def drawings(html):
    """The SVG of each stage."""
    return [base64.b64decode(found).decode() for found in re.findall(r"svg\+xml;base64,([^\"]+)", html)]


def test_each_stage_is_a_line_with_its_drawing_its_title_and_its_notes():
    html = network([Stage((28, 28, 1), "28 × 28 pixels"), Stage((10,), "10 <b>", ["softmax", "1 & 2"])])
    assert html.count('role="listitem"') == len(drawings(html)) == 2
    assert "<strong>28 × 28 pixels</strong>" in html
    assert "<strong>10 &lt;b&gt;</strong>" in html and "softmax · 1 &amp; 2" in html


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (3, 3), (64, 5)])
def test_of_many_maps_five_are_drawn_as_large_as_they_are(count, shown):
    large, small = drawings(network([Stage((12, 12, count), ""), Stage((5, 5, count), "")]))
    assert large.count("<rect") == small.count("<rect") == shown
    sides = [float(re.search('<rect.*? width="([0-9.]+)"', drawing)[1]) for drawing in (large, small)]
    assert sides[0] > sides[1]


def test_of_many_units_the_first_and_the_last_ones_are_drawn():
    few, many, _ = drawings(network([Stage((4,), ""), Stage((128,), ""), Stage((10,), "")]))
    assert few.count("<circle") == 4 and few.count('r="1.5"') == 0
    assert many.count("<circle") == MOST and many.count('r="1.5"') == 2


def test_the_last_stage_names_the_ten_digits():
    hidden, last = drawings(network([Stage((10,), ""), Stage((10,), "")]))
    assert "<text" not in hidden and re.findall(">([0-9])</text>", last) == [*"0123456789"]
