"""Under the hood: what each layer of the network makes of the digit, and the words for it."""

import math

import cv2
import numpy as np
import streamlit as st

from digits.errors import DigitsError
from digits.inference.activations import FEATURES
from digits.inference.net import SIDE
from digits.runs.run import Run
from pages.shared import cache
from pages.shared.picture import png

GAP = 96  # grey between two tiles: told from black and from white
SHOWN = 8  # hidden units whose weights are shown
# As in the evidence of "Why this answer?"; blue, green, red.
BLUE, ORANGE = np.array([[224, 127, 63]]), np.array([[26, 87, 194]])
FILTERS = """
**Filter**: a small square of weights that is moved over the picture. **Map**: what one filter answers at every place,
bright where it finds its pattern, an edge or a stroke's end for instance. The maps of one layer are the picture that
the next layer sees, so that later filters find patterns of patterns.
"""
UNITS = """
**Hidden unit**: a sum of all 784 pixels, each times a weight of its own, and nothing where the sum is negative (ReLU).
The last layer sums the units in the same way, once for each digit.
"""
SUMS = """
This network has no hidden layer: for each digit it adds up all 784 pixels, each times a **weight** of its own, and the
largest of the ten sums is its answer.
"""
COLOURS = "Blue pixels count for it, orange ones against it."


def show(run: Run, picture: np.ndarray) -> None:
    """picture: (28, 28) uint8, what the network saw. Nothing is computed while the panel is closed."""
    panel = st.expander("Under the hood", key="draw_hood", icon=":material/build:", on_change="rerun")
    if not panel.open:
        return
    with panel:
        try:
            answers = cache.layers(run).activations(picture)
        except DigitsError as error:
            st.info(str(error), icon=":material/info:")
            return
        features = answers.pop(FEATURES)
        if answers:
            _maps(answers, features)
        elif features.size == SIDE * SIDE:
            st.markdown(SUMS)
            _weights(run, range(10), "digit")
        else:
            _units(run, features)


def _maps(convolutions: dict[str, np.ndarray], features: np.ndarray) -> None:
    st.markdown(FILTERS)
    for name, maps in convolutions.items():
        height, width, count = maps.shape
        _sheet(np.moveaxis(_bright(maps), 2, 0), f"{name.capitalize()}: {count} maps of {height} × {width} pixels")
    _sheet(_bright(features).reshape(-1, 1, 1), f"{features.size} features: what the last layer decides by")


def _units(run: Run, units: np.ndarray) -> None:
    st.markdown(UNITS)
    _sheet(_bright(units).reshape(-1, 1, 1), f"The {units.size} hidden units: bright where one answers to your digit")
    _weights(run, np.argsort(units)[::-1][:SHOWN], "unit")


def _weights(run: Run, which, what: str) -> None:
    """What some of the first layer's sums look for, a picture each. A run of an earlier version has not kept it."""
    weights = cache.first_weights(run)
    if weights is None:
        return
    scaled = weights / max(float(np.abs(weights).max()), 1e-9)
    with st.container(horizontal=True):
        for number in which:
            share = scaled[number][..., np.newaxis]
            colours = np.where(share > 0, share * BLUE, -share * ORANGE).astype(np.uint8)
            large = cv2.resize(colours, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
            alt = f"The weights of {what} {number}, blue for it and orange against it"
            st.image(png(large), width=84, caption=f"{what} {number}", alt=alt, output_format="PNG")
    st.caption(f"The weights of {'each digit' if what == 'digit' else f'the {SHOWN} brightest units'}. {COLOURS}")


def _bright(answers: np.ndarray) -> np.ndarray:
    """Answers of a layer as uint8, the strongest of all white, so that a quiet map looks quiet."""
    return (255 * np.maximum(answers, 0) / max(float(answers.max()), 1e-9)).astype(np.uint8)


def _sheet(tiles: np.ndarray, caption: str) -> None:
    """tiles: (n, h, w) uint8, as one picture, row by row."""
    number, height, width = tiles.shape
    columns = min(number, 32 if width == 1 else 16)
    scale = max(1, 16 // width)
    rows = math.ceil(number / columns)
    sheet = np.full((rows * (height * scale + 1) - 1, columns * (width * scale + 1) - 1), GAP, np.uint8)
    for position, tile in enumerate(tiles):
        top, left = position // columns * (height * scale + 1), position % columns * (width * scale + 1)
        large = cv2.resize(tile, (width * scale, height * scale), interpolation=cv2.INTER_NEAREST)
        sheet[top : top + height * scale, left : left + width * scale] = large
    st.image(png(sheet), caption=caption, alt=caption, width="stretch", output_format="PNG")
