"""Pictures of digits. Paper is black and ink is white, as in the data and on the canvas."""

import base64
import math

import cv2
import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, chart

SIDE = 28  # px, MNIST image side
GAP = 2  # px of the digits, between two of them
LINE = 9  # px of the digits, for a line of text below one
INK = [[0, "#000000"], [1, "#ffffff"]]
LINES = "#2c3038"  # between the pixels: seen on black and on white, and never louder than the ink


def heatmap(image: np.ndarray, *, scaled: bool = False, numbers: bool = False) -> go.Figure:
    """One digit, pixel by pixel; hovering tells row, column and value.

    image: (28, 28), uint8 in 0..255 or, if `scaled`, float in 0..1.
    numbers: also write each pixel's value into it.
    """
    value = "%{z:.3f}" if scaled else "%{z}"
    pixels = go.Heatmap(
        z=image,
        zmin=0,
        zmax=1 if scaled else 255,
        colorscale=INK,
        showscale=False,
        xgap=1,
        ygap=1,
        texttemplate=("%{z:.1f}" if scaled else "%{z}") if numbers else None,
        textfont={"size": 8},
        hovertemplate=f"row %{{y}}, column %{{x}}<br><b>{value}</b><extra></extra>",
    )
    every_fourth = [*range(0, SIDE, 4), SIDE - 1]
    x = {"side": "top", "tickvals": every_fourth, "title": {"text": "column", "standoff": 6}}
    y = {"autorange": "reversed", "tickvals": every_fourth, "title": {"text": "row", "standoff": 6}}
    return chart([pixels], 460, x=x, y=y, square=True, plot_bgcolor=LINES)


def gallery(images: np.ndarray, titles: list[str], *, columns: int = 8, captions: list[str] | None = None) -> go.Figure:
    """Many digits on one sheet, row by row; hovering tells a digit's title, a click selects it.

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
    points = go.Scatter(  # unseen points at the centres: a sheet of pixels cannot tell which digit was meant
        x=position % columns * pitch + SIDE / 2 - 0.5,
        y=position // columns * height + SIDE / 2 - 0.5,
        mode="markers",
        marker={"opacity": 0, "size": 24},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertext=titles,
        hoverinfo="text",
        showlegend=False,
    )
    traces = [go.Image(source=_png(sheet), hoverinfo="skip"), points]
    if captions:
        below = position // columns * height + SIDE + LINE / 2
        text = {"mode": "text", "text": captions, "textfont": {"size": 12}}
        traces.append(go.Scatter(x=points.x, y=below, hoverinfo="skip", showlegend=False, **text))
    x = HIDDEN | {"range": [-0.5, columns * pitch - GAP - 0.5]}
    y = HIDDEN | {"range": [rows * height - GAP - 0.5, -0.5]}
    tall = rows * (54 + (18 if captions else 0)) + 16
    # hoverdistance -1: the nearest point, however far, so that the whole digit answers.
    return chart(traces, tall, x=x, y=y, square=True, hoverdistance=-1, hovermode="closest")


def means(images: np.ndarray) -> go.Figure:
    """The mean digit of each class, five by two; hovering tells the class, the pixel and its mean.

    images: (10, 28, 28) float in 0..255, the mean of class d at d.
    """
    pitch = SIDE + GAP
    sheet = np.full((2 * pitch - GAP, 5 * pitch - GAP), np.nan, np.float32)
    place = np.zeros((*sheet.shape, 3), np.uint8)  # (rows, columns, class + row + column)
    for digit, image in enumerate(images):
        area = np.s_[pitch * (digit // 5) :, pitch * (digit % 5) :]
        sheet[area][:SIDE, :SIDE] = image
        inside = place[area][:SIDE, :SIDE]
        inside[..., 0], inside[..., 1], inside[..., 2] = digit, *np.indices((SIDE, SIDE))
    pixels = go.Heatmap(
        z=sheet,
        customdata=place,
        zmin=0,
        zmax=255,
        colorscale=INK,
        showscale=False,
        hoverongaps=False,
        hovertemplate="mean of the %{customdata[0]}s<br>row %{customdata[1]}, column %{customdata[2]}<br>"
        "<b>%{z:.1f}</b><extra></extra>",
    )
    return chart([pixels], 240, x=HIDDEN, y=HIDDEN | {"autorange": "reversed"}, square=True)


def _png(sheet: np.ndarray) -> str:
    """sheet: (H, W, 4) uint8. Returns it as a data URI."""
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", sheet)[1].tobytes()).decode()
