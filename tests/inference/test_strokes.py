import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.errors import UnreadablePicture
from digits.inference.strokes import ERASER, paint, read_strokes

LINE = {"path": [["M", 100, 50], ["L", 100, 150]], "strokeWidth": 20}
REFUSED = "We couldn't read the strokes of this drawing. Press Clear and try again."
CURVE = {"path": [["M", 0, 0], ["Q", 100, 0, 100, 100], ["L", 100, 200]], "strokeWidth": 8.5}


def drawing(*objects):
    return {"objects": list(objects)}


def test_lines_and_curves_are_followed_in_the_order_in_which_they_were_drawn():
    line, curve = read_strokes(drawing(LINE, CURVE))
    assert line.points.tolist() == [[100, 50], [100, 150]] and line.width == 20
    assert curve.points[0].tolist() == [0, 0] and curve.points[-1].tolist() == [100, 200] and curve.width == 8.5
    # Half way along the curve: a quarter of the start, half of the corner, a quarter of the end.
    middle = curve.points[4]
    assert middle.tolist() == [75, 25]


def test_a_stroke_is_painted_as_wide_as_the_brush_and_where_it_was():
    ink = paint(read_strokes(drawing(LINE)), (384, 384))
    assert ink.shape == (384, 384) and ink.dtype == np.uint8
    across, along = ink[100] / 255, ink[:, 100]
    assert across.sum() == pytest.approx(20, abs=1)
    assert np.average(np.arange(384), weights=across) == pytest.approx(99.5, abs=0.6)
    assert along[:38].max() == 0 and along[45] == 255 and along[155] == 255 and along[163:].max() == 0  # round ends


def test_what_is_rubbed_out_is_missing_of_each_stroke_drawn_before_and_of_none_drawn_later():
    eraser = {"path": [["M", 60, 100], ["L", 140, 100]], "strokeWidth": 40, "stroke": ERASER}
    before, after = read_strokes(drawing(LINE, eraser, LINE))
    assert not paint([before], (384, 384))[85:115].any() and paint([before], (384, 384))[60, 100] == 255
    assert paint([after], (384, 384))[100, 100] == 255
    for both in ([before, after], [after, before]):
        np.testing.assert_array_equal(paint(both, (384, 384)), paint([after], (384, 384)))


def test_a_stroke_that_was_rubbed_out_wholly_is_none_any_more():
    eraser = {"path": [["M", 100, 20], ["L", 100, 180]], "strokeWidth": 60, "stroke": ERASER}
    assert len(read_strokes(drawing(CURVE, LINE, eraser))) == 1 and read_strokes(drawing(eraser)) == []


def test_no_strokes_are_an_empty_canvas():
    assert read_strokes(drawing()) == [] and paint([], (384, 200)).shape == (200, 384)
    assert not paint([], (384, 384)).any()


@pytest.mark.parametrize("path", [[["M", 50, 50]], [["M", 50, 50], ["Q", 50, 50, 50, 50], ["L", 50, 50]]])
def test_a_dot_is_painted(path):
    dot = {"path": path, "strokeWidth": 10}
    assert (paint(read_strokes(drawing(dot)), (100, 100)) > 127).sum() == pytest.approx(math.pi * 25, rel=0.25)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        7,
        "text",
        {},
        {"objects": 5},
        {"objects": "text"},
        {"objects": [None]},
        drawing({}),
        drawing({"path": [], "strokeWidth": 20}),
        drawing({"path": "MQL", "strokeWidth": 20}),
        drawing({"path": [["M", 1, 2]]}),
        drawing({**LINE, "strokeWidth": None}),
        drawing({**LINE, "strokeWidth": 1e9}),
        drawing({**LINE, "strokeWidth": -4}),
        drawing({**LINE, "strokeWidth": 0.04}),
        drawing({**LINE, "strokeWidth": "wide"}),
        drawing({**LINE, "path": [["M", math.nan, 2]]}),
        drawing({**LINE, "path": [["M", 1e300, 2]]}),
        drawing({**LINE, "path": [["M", 1, 2, 3]]}),
        drawing({**LINE, "path": [["Q", 1, 2, 3, 4]]}),
        drawing({**LINE, "path": [["Z"]]}),
        drawing({**LINE, "path": [[]]}),
        drawing({**LINE, "path": [["M", [1], 2]]}),
        drawing({**LINE, "path": [["M", 1, 2]] * 30_000}),
        drawing(*[LINE] * 301),
        drawing({**LINE, "path": [["M", 10**400, 2]]}),
    ],
    ids=lambda sent: repr(sent)[:50],
)
def test_what_no_hand_draws_is_refused_in_plain_words(sent):
    with pytest.raises(UnreadablePicture, match=f"^{re.escape(REFUSED)}$"):
        read_strokes(sent)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["path", "strokeWidth"]), inner),
    max_leaves=8,
)
numbers = st.floats(-500, 900) | st.integers(-500, 900) | st.sampled_from([math.nan, math.inf, 1e300, "7", None])
commands = st.tuples(st.sampled_from("MMLLQZ"), numbers, numbers) | st.lists(anything, max_size=4)
strokes = st.fixed_dictionaries({"path": st.lists(commands, max_size=6), "strokeWidth": numbers})


@settings(max_examples=300, deadline=None, database=None)
@given(st.fixed_dictionaries({"objects": st.lists(strokes | anything, max_size=4)}) | anything)
def test_whatever_comes_as_strokes_is_painted_or_refused(sent):
    try:
        read = read_strokes(sent)
    except UnreadablePicture as refused:
        assert str(refused) == REFUSED
    else:
        assert paint(read, (384, 384)).shape == (384, 384)
