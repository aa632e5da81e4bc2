"""Inside the network: the activations of each layer for the digit, as pictures with a short glossary.

Of a dense network also the weights of its first layer.
"""

import math

import cv2
import numpy as np
import streamlit as st

from digits.errors import DigitsError
from digits.inference.activations import FEATURES
from digits.inference.net import SIDE
from digits.runs.run import Run
from pages.shared import cache
from pages.shared.picture import png, show_enlarged

GAP = 96  # grey between two tiles: neither black nor white
NUM_UNITS = 8  # hidden units whose weights are shown
# The colours of digits/figures/evidence.py; blue, green, red.
BLUE, ORANGE = np.array([[224, 127, 63]]), np.array([[26, 87, 194]])
FILTERS = """
**Filter**: a small square of weights that moves over the picture. **Map**: the output of one filter at every place,
bright where it finds its pattern, for instance an edge or the end of a stroke. The next layer sees these maps as its
picture, so later filters find patterns of patterns.
"""
UNITS = """
**Hidden unit**: a sum of all 784 pixels, each multiplied by a **weight**; a negative sum becomes 0 (ReLU). The last
layer adds up the units in the same way, once for each digit.
"""
SUMS = """
This network has no hidden layer. For each digit it adds up all 784 pixels, each multiplied by a **weight**; the largest
of the ten sums is its prediction.
"""
COLOURS = "Blue pixels raise the sum, orange ones lower it."


def show(run: Run, image: np.ndarray) -> None:
    """Show the layers of `run` for a digit. image: (28, 28) uint8, what the network saw."""
    try:
        layers = cache.activations(run).activations(image)
    except DigitsError as error:
        st.info(str(error), icon=":material/info:")
        return
    features = layers.pop(FEATURES)
    if layers:
        _maps(layers, features)
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
    _sheet(_bright(features).reshape(-1, 1, 1), f"{features.size} features: what the last layer uses to decide")


def _units(run: Run, units: np.ndarray) -> None:
    st.markdown(UNITS)
    _sheet(_bright(units).reshape(-1, 1, 1), f"The {units.size} hidden units: bright where one reacts to your digit")
    _weights(run, np.argsort(units)[::-1][:NUM_UNITS], "unit")


def _weights(run: Run, which, what: str) -> None:
    """Show the weights of some sums of the first layer, a picture each; nothing if the run has kept no epoch."""
    weights = cache.first_weights(run)
    if weights is None:
        return
    scaled = weights / max(float(np.abs(weights).max()), 1e-9)
    with st.container(horizontal=True):
        for number in which:
            weight = scaled[number][..., np.newaxis]
            colours = np.where(weight > 0, weight * BLUE, -weight * ORANGE).astype(np.uint8)
            alt = f"The weights of {what} {number}, blue raises the sum and orange lowers it"
            show_enlarged(colours, 3, caption=f"{what} {number}", alt=alt)
    st.caption(f"The weights of {'each digit' if what == 'digit' else f'the {NUM_UNITS} brightest units'}. {COLOURS}")


def _bright(activations: np.ndarray) -> np.ndarray:
    """Return the activations of a layer as uint8, the largest of all white, so that a weak map looks weak."""
    return (255 * np.maximum(activations, 0) / max(float(activations.max()), 1e-9)).astype(np.uint8)


def _sheet(tiles: np.ndarray, caption: str) -> None:
    """Show tiles, (n, h, w) uint8, as one picture, row by row."""
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
