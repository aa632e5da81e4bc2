"""Pictures of one-hot labels: ten places, a single 1."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, TEN, cells, chart, picture

SIDE, PITCH = 28, 30  # px of a digit, and from one to the next
LEFT = -1.6  # where the pictures stand; a box is 1 wide


def one_hot(label: np.ndarray) -> go.Figure:
    """Return a one-hot label as ten boxes. label: (10,) with a single 1."""
    return chart([_boxes(label[np.newaxis], "place %{x}")], 100, x=_PLACES, y=HIDDEN)


def pairs(images: np.ndarray, labels: np.ndarray) -> go.Figure:
    """Return the digits of a batch as rows, each picture directly left of the ten boxes of its label.

    images: (b, 28, 28) uint8. labels: (b, 10) with a single 1 in each row.
    """
    sheet = np.zeros((len(images) * PITCH, SIDE, 4), np.uint8)  # blue, green, red, alpha: the gaps stay clear
    for row, image in enumerate(images):
        tile = sheet[row * PITCH : row * PITCH + SIDE]
        tile[..., :3], tile[..., 3] = image[..., np.newaxis], 255
    first = (SIDE - 1) / 2 / PITCH  # from the middle of a picture to that of its first pixel
    pictures = picture(sheet, x0=LEFT - first, dx=1 / PITCH, y0=-first, dy=1 / PITCH)
    y = HIDDEN | {"range": [len(labels) - 0.5, -0.5]}
    boxes = _boxes(labels, "digit %{y} of these, place %{x}: <b>%{z}</b>")
    return chart([pictures, boxes], 28 * len(labels) + 40, x=_PLACES | {"range": [LEFT - 0.5, 9.5]}, y=y, square=True)


def _boxes(labels: np.ndarray, hover: str) -> go.Heatmap:
    # The colour scale is the theme's, whose ends part in light and in dark.
    return cells(labels, 0, 1.25, gap=2, texttemplate="%{z}", hovertemplate=f"{hover}<extra></extra>")


_PLACES = {"side": "top", "tickvals": TEN}
