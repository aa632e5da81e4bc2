"""The preparation that leaves with a model is the app's."""

import numpy as np
import pytest

from digits.errors import BlankDrawing
from digits.exports import preparation
from digits.inference.preprocessing import to_mnist
from digits.inference.strokes import paint
from tests.exports.drawings import SIDE, drawings


@pytest.fixture(scope="module")
def leaving():
    """What the plain Python file defines, without Digits."""
    names = {"__name__": "preparation"}
    text = preparation.source()
    assert "digits." not in text.replace("digits.inference", "").replace("digits/", "")
    exec(compile(text, "preparation.py", "exec"), names)
    return names


def test_the_python_file_prepares_drawings_as_the_app_does(leaving):
    for strokes in drawings(200):
        ink = paint(strokes, (SIDE, SIDE))
        np.testing.assert_array_equal(leaving["to_mnist"](ink), to_mnist(ink))


def test_it_refuses_paper_without_ink_by_an_error_of_its_own(leaving):
    with pytest.raises(leaving["BlankDrawing"], match="There is no ink yet") as error:
        leaving["to_mnist"](np.zeros((SIDE, SIDE), np.uint8))
    assert not isinstance(error.value, BlankDrawing)
