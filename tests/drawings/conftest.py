"""Drawings to keep, and the zip of two of them."""

import cv2
import numpy as np
import pytest

from digits.drawings import import_export
from digits.drawings.drawing import make
from digits.inference.preprocessing import to_mnist

STROKE = {"path": [["M", 200, 60], ["Q", 195.04, 190, 190, 320]], "strokeWidth": 24, "type": "Path", "fill": "red"}


def drawn(label, x=190):
    """A stroke on the canvas, called a `label`; another x is another drawing."""
    ink = np.zeros((384, 384), np.uint8)
    cv2.line(ink, (200, 60), (x, 320), 255, 24, cv2.LINE_AA)
    return make(to_mnist(ink), ink, label, [STROKE])


@pytest.fixture
def packed():
    return import_export.pack([drawn(1), drawn(7, x=120)])
