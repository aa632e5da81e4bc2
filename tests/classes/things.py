"""Small things for members to own."""

import cv2
import numpy as np

from digits.data import own_sources
from digits.data.own_sources import Digits
from digits.drawings.drawing import Drawing, make
from digits.inference.preprocessing import to_mnist


def a_drawing(label: int, x: int = 190) -> Drawing:
    """Return a stroke, called a `label`; another x is another drawing."""
    ink = np.zeros((384, 384), np.uint8)
    cv2.line(ink, (200, 60), (x, 320), 255, 24, cv2.LINE_AA)
    return make(to_mnist(ink), ink, label)


def a_source(name: str, owner: str) -> None:
    """Publish ten digits as a source."""
    digits = Digits(np.zeros((10, 28, 28), np.uint8), np.arange(10, dtype=np.uint8), 0, 10)
    own_sources.publish(name, digits, licence="CC0 1.0", origin="us", owner=owner)
