"""Pictures of digits. Paper is black and ink is white, as in the data and on the canvas."""

import math

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, cells, chart, picture, targets

SIDE = 28  # px, MNIST image side
GAP = 2  # px of the digits, between two of them
LINE = 12  # px of the digits, for a line of text below one
INK = [[0, "#000000"], [1, "#ffffff"]]
LINES = "#2c3038"  # between the pixels: seen on black and on white, and never louder than the ink


def heatmap(image: np.ndarray, *, scaled: bool = False, numbers: bool = False) -> go.Figure:
    """Return one digit, pixel by pixel; hovering tells row, column and value.

    image: (28, 28), uint8 in 0..255 or, if `scaled`, float in 0..1.
    numbers: also write each pixel's value into it.
    """
    value = "%{z:.3f}" if scaled else "%{z}"
    text = ("%{z:.1f}" if scaled else "%{z}") if numbers else None
    hover = f"row %{{y}}, column %{{x}}<br><b>{value}</b><extra></extra>"
    how = {"colorscale": INK, "texttemplate": text, "textfont": {"size": 8}, "hovertemplate": hover}
    pixels = cells(image, 0, 1 if scaled else 255, gap=1, **how)
    every_fourth = [*range(0, SIDE, 4), SIDE - 1]
    x = {"side": "top", "tickvals": every_fourth, "title": {"text": "column", "standoff": 6}}
    y = {"autorange": "reversed", "tickvals": every_fourth, "title": {"text": "row", "standoff": 6}}
    return chart([pixels], 460, x=x, y=y, square=True, plot_bgcolor=LINES)


def gallery(images: np.ndarray, titles: list[str], *, columns: int = 8, captions: list[str] | None = None) -> go.Figure:
    """Return many digits on one sheet, row by row; hovering tells a digit's title, a click selects it.

    images: (n, 28, 28) uint8. titles: n texts. captions: n short texts to stand below the digits.
    The selected point's `point_index` is the position in `images`.
    """
    rows, pitch = math.ceil(len(images) / columns), SIDE + GAP
    height = pitch + (LINE if captions else 0)  # px of the digits, of a row
    sheet = np.zeros((rows * height, columns * pitch, 4), np.uint8)  # blue, green, red, alpha: the gaps stay clear
    for position, image in enumerate(images):
        top, left = height * (position // columns), pitch * (position % columns)
        tile = sheet[top : top + SIDE, left : left + SIDE]
        tile[..., :3], tile[..., 3] = image[..., np.newaxis], 255
    position = np.arange(len(images))
    top, left = height * (position // columns), pitch * (position % columns)
    points = targets(left + SIDE / 2 - 0.5, top + SIDE / 2 - 0.5, titles, 24)
    traces = [picture(sheet), points]
    if captions:
        text = {"mode": "text", "text": captions, "textfont": {"size": 12}, "hoverinfo": "skip", "showlegend": False}
        traces.append(go.Scatter(x=points.x, y=top + SIDE + LINE / 2, **text))
    x = HIDDEN | {"range": [-0.5, columns * pitch - GAP - 0.5]}
    y = HIDDEN | {"range": [rows * height - GAP - 0.5, -0.5]}
    tall = rows * (54 + (22 if captions else 0)) + 16
    # hoverdistance -1: the nearest point, however far, so that the whole digit answers.
    return chart(traces, tall, x=x, y=y, square=True, hoverdistance=-1, hovermode="closest")


def means(images: np.ndarray) -> go.Figure:
    """Return the mean digit of each class, five by two; hovering tells the class, the pixel and its mean.

    images: (10, 28, 28) float in 0..255, the mean of class d at d.
    """
    pitch = SIDE + GAP
    row, column = np.indices((2 * pitch - GAP, 5 * pitch - GAP))
    place = np.stack([row // pitch * 5 + column // pitch, row % pitch, column % pitch], axis=-1)  # class, row, column
    sheet = np.pad(images, ((0, 0), (0, GAP), (0, GAP)), constant_values=np.nan).reshape(2, 5, pitch, pitch)
    sheet = sheet.swapaxes(1, 2).reshape(2 * pitch, 5 * pitch)[:-GAP, :-GAP].astype(np.float32)
    pixels = cells(
        sheet, 0, 255, customdata=place.astype(np.uint8), colorscale=INK, hoverongaps=False,
        hovertemplate="mean of the %{customdata[0]}s<br>row %{customdata[1]}, column %{customdata[2]}<br>"
        "<b>%{z:.1f}</b><extra></extra>",
    )  # fmt: skip
    return chart([pixels], 240, x=HIDDEN, y=HIDDEN | {"autorange": "reversed"}, square=True)
