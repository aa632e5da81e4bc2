"""Pictures of one-hot labels: ten places, a single 1."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import FAINT, HIDDEN, PARTS, TEN, cells, chart, picture

SIDE, PITCH = 28, 30  # px of a digit, and from one to the next
LEFT = -1.6  # where the pictures stand; a box is 1 wide
BOXES = [[0, FAINT], [1, PARTS["train"]]]


def one_hot(label: np.ndarray) -> go.Figure:
    """Return a one-hot label as ten boxes. label: (10,) with a single 1."""
    return chart(_boxes(label[np.newaxis], "place %{x}"), 100, x=_PLACES, y=HIDDEN | {"range": [-0.5, 0.5]})


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
    return chart([pictures, *boxes], 28 * len(labels) + 40, x=_PLACES | {"range": [LEFT - 0.5, 9.5]}, y=y, square=True)


def _boxes(labels: np.ndarray, hover: str) -> list:
    """Return the boxes, and on them the zeros in the colour of the page's text: a heatmap's own would be dark."""
    ones = np.where(labels, "1", "")
    boxes = cells(labels, 0, 1, gap=2, colorscale=BOXES, text=ones, texttemplate="%{text}",
                  hovertemplate=f"{hover}<extra></extra>")  # fmt: skip
    rows, places = np.nonzero(labels == 0)
    return [boxes, go.Scatter(x=places, y=rows, mode="text", text="0", hoverinfo="skip", showlegend=False)]


_PLACES = {"side": "top", "tickvals": TEN, "range": [-0.5, 9.5]}
